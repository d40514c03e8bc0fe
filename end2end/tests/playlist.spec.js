import { call, dashboard, drawn, store } from '../boards.js';
import { collected } from '../charts.js';
import { expect, test } from '../fixtures.js';

test('a playlist is made, goes round, and Escape ends it', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  await store(watchfire, dashboard('wall-one', { title: 'First on the wall' }));
  await store(watchfire, dashboard('wall-two', { title: 'Second on the wall' }));
  await page.goto('/dashboards/playlists');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await page.getByRole('button', { name: 'New playlist' }).click();
  const form = page.getByRole('group', { name: 'Playlist' });
  await form.getByLabel('Title').fill('The wall');
  await form.getByLabel('Title').press('Tab');
  await form.getByLabel('Each for').fill('3s');
  await form.getByLabel('Each for').press('Tab');
  for (const uid of ['wall-one', 'wall-two']) {
    await form.getByLabel('Add a dashboard').selectOption(uid);
  }
  await expect(form.getByRole('listitem')).toHaveText([/^First on the wall/, /^Second on the wall/]);
  await form.getByRole('button', { name: 'Save' }).click();
  const row = page.locator('.playlist-row', { hasText: 'The wall' });
  await expect(row).toContainText('2 entries, 3s each');
  const [list] = await call(watchfire, 'GET', '/api/v1/playlists');
  expect(list).toMatchObject({ title: 'The wall', interval: '3s', items: [{ dashboard: 'wall-one' }, { dashboard: 'wall-two' }] });

  await row.getByRole('button', { name: 'Play' }).click();
  for (const uid of ['wall-one', 'wall-two', 'wall-one']) {
    await expect(page).toHaveURL(`/d/${uid}?kiosk=1&playlist=${list.uid}`);
    await drawn(page, '1');
    await expect(page.locator('.topbar')).toBeHidden();
  }
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/d\/wall-(one|two)$/);
  await expect(page.locator('.topbar')).toBeVisible();
  const here = page.url();
  const left = Date.now();
  await expect.poll(() => Date.now() - left, { intervals: [500] }).toBeGreaterThan(4000);
  expect(page.url(), 'it stays').toBe(here);

  await page.goto('/dashboards/playlists');
  await row.getByRole('button', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
});

test('a form of a playlist keeps the focus from field to field', async ({ page }) => {
  await page.goto('/dashboards/playlists');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await page.getByRole('button', { name: 'New playlist' }).click();
  const form = page.getByRole('group', { name: 'Playlist' });
  await form.getByLabel('Title').focus();
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Tab');
  await expect(form.getByLabel('Each for')).toBeFocused();
});
