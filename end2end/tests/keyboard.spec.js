import { boardPanel, call, drawn } from '../boards.js';
import { collected } from '../charts.js';
import { box, completions } from '../explore.js';
import { expect, test } from '../fixtures.js';

const button = (page, name) => page.getByRole('button', { name, exact: true });
const dialog = (page) => page.getByRole('dialog');
const place = (page) => boardPanel(page, '1').locator('..').getAttribute('style');

/** Presses Tab, or Shift+Tab, until this has the focus. */
async function tabTo(page, locator, key = 'Tab') {
  await expect(locator).toBeAttached();
  const there = () => locator.evaluate((element) => element === document.activeElement);
  for (let press = 0; press < 80; press += 1) {
    if (await there()) {
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${locator}`);
}

/** Writes into a field in the place of what stands there. */
async function write(page, locator, text, key) {
  await tabTo(page, locator, key);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
  await page.keyboard.press('Tab');
}

test('a dashboard is made, changed, saved and brought back, all by keyboard', async ({ page, watchfire }) => {
  test.slow();
  await collected(watchfire, 3000);
  await page.goto('/d/new');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');

  await tabTo(page, page.locator('.add-menu summary'));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Time series' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Panel editor' })).toBeVisible();

  const query = box(page);
  await tabTo(page, query);
  await page.keyboard.type('system_memory_us');
  await expect(completions(page).first()).toHaveText(/^system_memory_usage_bytes/);
  await page.keyboard.press('Enter');
  await expect(query).toHaveValue('system_memory_usage_bytes');
  await page.keyboard.press('Enter');
  await expect(page.locator('.editor-preview .board-chart')).toHaveAttribute('data-drawn', 'true');
  await expect(page.locator('.editor-preview .legend-entry')).toHaveCount(1);
  await write(page, page.locator('#panel-title'), 'Memory');
  await expect(page.locator('.editor-preview h2')).toHaveText('Memory');
  await tabTo(page, button(page, '← Back to the dashboard'), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await drawn(page, '1');

  // Where it lies.
  await tabTo(page, boardPanel(page, '1').getByRole('button', { name: /^Move this panel/ }));
  for (const key of ['ArrowRight', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowDown']) {
    await page.keyboard.press(key);
  }
  await expect.poll(() => place(page)).toBe('--x:3;--y:1;--w:13;--h:9');
  await page.keyboard.press('Control+z');
  await expect.poll(() => place(page), 'what was done in a row is undone together').toBe('--x:1;--y:1;--w:12;--h:8');
  await page.keyboard.press('Control+Shift+Z');
  await expect.poll(() => place(page)).toBe('--x:3;--y:1;--w:13;--h:9');

  // Its name.
  await tabTo(page, button(page, 'Settings'), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeVisible();
  await write(page, dialog(page).getByLabel('Title', { exact: true }).first(), 'Made by keyboard');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
  await expect(page.locator('.board-title')).toHaveText('Made by keyboard');

  await page.keyboard.press('Control+s');
  await expect(page.getByRole('dialog', { name: 'Save the new dashboard' }).getByLabel('Title')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/d\/[a-z0-9]{12}/);
  await expect(button(page, 'Save')).toBeDisabled();
  const uid = new URL(page.url()).pathname.slice(3);
  const first = await call(watchfire, 'GET', `/api/v1/dashboards/${uid}`);
  expect(first.version).toBe(1);
  expect(first.dashboard).toMatchObject({
    title: 'Made by keyboard',
    panels: [{ title: 'Memory', at: { x: 2, y: 0, w: 13, h: 9 }, queries: [{ expr: 'system_memory_usage_bytes' }] }],
  });

  // A second version.
  await tabTo(page, boardPanel(page, '1').getByRole('button', { name: 'Duplicate this panel' }));
  await page.keyboard.press('Enter');
  await expect(page.locator('.board-panel')).toHaveCount(2);
  await page.keyboard.press('Control+s');
  await expect(button(page, 'Save')).toBeDisabled();
  await expect.poll(async () => (await call(watchfire, 'GET', `/api/v1/dashboards/${uid}`)).version).toBe(2);

  // The first one comes back.
  await tabTo(page, button(page, 'Versions'), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: /^Version 1/ }));
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toContainText('panels[2]');
  await tabTo(page, button(page, 'Bring this version back'));
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeHidden();
  await expect(page.locator('.board-panel')).toHaveCount(1);
  await page.keyboard.press('Control+s');
  await expect.poll(async () => (await call(watchfire, 'GET', `/api/v1/dashboards/${uid}`)).version).toBe(3);
  const third = await call(watchfire, 'GET', `/api/v1/dashboards/${uid}`);
  // What it had, but for the memory of ids that are not given again.
  expect({ ...third.dashboard, last_panel: undefined }).toEqual({ ...first.dashboard, last_panel: undefined });
  await call(watchfire, 'DELETE', `/api/v1/dashboards/${uid}`);
});

test('the list of kinds opens and closes without adding anything', async ({ page }) => {
  await page.goto('/d/new');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  const list = page.locator('.add-menu');
  await tabTo(page, list.locator('summary'));
  await page.keyboard.press('Space');
  await expect(list.getByRole('button', { name: 'Stat', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(list).not.toHaveAttribute('open');
  await expect(list.locator('summary')).toBeFocused();
  // A click beside it closes it, too.
  await list.locator('summary').click();
  await page.locator('.board-title').click();
  await expect(list).not.toHaveAttribute('open');
  await expect(page.getByText('There are no panels yet.')).toBeVisible();
});
