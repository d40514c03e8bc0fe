import { boardPanel, call, dashboard, drawn, store } from '../boards.js';
import { expect, test } from '../fixtures.js';

const asked = (page, words) => page.getByRole('dialog', { name: words });
const folder = (page, name) => page.locator('.board-folder', { has: page.getByRole('heading', { name, exact: true }) });

test('a folder is made, named anew and deleted; its dashboards stay', async ({ page, watchfire }) => {
  await store(watchfire, dashboard('in-a-folder'));
  await page.goto('/dashboards');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await page.getByRole('button', { name: 'New folder' }).click();
  const question = asked(page, 'The name of the new folder');
  await expect(question.getByRole('textbox')).toBeFocused();
  // Nothing is no name.
  await page.keyboard.press('Enter');
  await expect(question).toBeVisible();
  await question.getByRole('textbox').fill('Asked');
  await page.keyboard.press('Enter');
  await expect(folder(page, 'Asked')).toBeVisible();
  const { uid } = (await call(watchfire, 'GET', '/api/v1/folders')).find(({ title }) => title === 'Asked');
  await call(watchfire, 'PUT', '/api/v1/dashboards/in-a-folder/folder', { folder: uid });
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await folder(page, 'Asked').getByRole('button', { name: 'Rename' }).click();
  await expect(asked(page, 'The name of the folder').getByRole('textbox')).toHaveValue('Asked');
  await asked(page, 'The name of the folder').getByRole('textbox').fill('Answered');
  await asked(page, 'The name of the folder').getByRole('button', { name: 'Rename' }).click();
  await expect(folder(page, 'Answered').getByRole('link', { name: 'Test in-a-folder' })).toBeVisible();
  const remove = folder(page, 'Answered').locator('header').getByRole('button', { name: 'Delete' });
  await remove.click();
  await asked(page, 'Delete the folder').getByRole('button', { name: 'Cancel' }).click();
  await expect(folder(page, 'Answered')).toBeVisible();
  await remove.click();
  await asked(page, 'Delete the folder').getByRole('button', { name: 'Delete' }).click();
  await expect(folder(page, 'Answered')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Test in-a-folder' })).toBeVisible();
});

test('a dashboard with changes is not left by accident', async ({ page, watchfire }) => {
  await store(watchfire, dashboard('guarded'));
  await page.goto('/d/guarded');
  await drawn(page, '1', '2');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await boardPanel(page, '2').getByRole('button', { name: 'Remove this panel' }).click();
  const out = page.locator('.sidebar').getByRole('link', { name: 'Explore' });
  await out.click();
  await asked(page, 'changes that are not saved').getByRole('button', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(/\/d\/guarded/);
  await expect(page.locator('.board-panel')).toHaveCount(1);
  await out.click();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/d\/guarded/);
  // Neither by a key of all pages, nor by the way back.
  await page.keyboard.press('x');
  await asked(page, 'changes that are not saved').getByRole('button', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(/\/d\/guarded/);
  await out.click();
  await asked(page, 'changes that are not saved').getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL(/\/explore/);
});

test('the way back asks before changes are lost', async ({ page, watchfire }) => {
  await store(watchfire, dashboard('behind'));
  await page.goto('/dashboards');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await page.getByRole('link', { name: 'Test behind' }).click();
  await drawn(page, '1', '2');
  await page.locator('body').press('e');
  await boardPanel(page, '2').getByRole('button', { name: 'Remove this panel' }).click();
  await expect(page.locator('.unsaved')).toBeVisible();
  await page.goBack();
  await asked(page, 'changes that are not saved').getByRole('button', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(/\/d\/behind/);
  await expect(page.locator('.board-panel')).toHaveCount(1);
  await page.goBack();
  await asked(page, 'changes that are not saved').getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL(/\/dashboards$/);
  await expect(page.getByRole('link', { name: 'Test behind' })).toBeVisible();
});
