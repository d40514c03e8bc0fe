import { collected, isDrawn, panel, ready } from '../charts.js';
import { expect, test } from '../fixtures.js';

const DARK = 'rgb(13, 17, 23)';
const LIGHT = 'rgb(244, 245, 247)';
/** The colours of a chart's labels in crates/chart. */
const DARK_LABELS = [0x9a, 0xa4, 0xb2];
const LIGHT_LABELS = [0x56, 0x60, 0x6d];

const background = (page) => page.locator('body');
const themeSwitch = (page) => page.locator('.theme-switch');

test.beforeEach(async ({ watchfire }) => collected(watchfire, 3000));

test('the theme can be chosen and survives a reload', async ({ page }) => {
  await page.goto('/');
  await ready(page, 'cpu-chart');
  await expect(themeSwitch(page)).toHaveAccessibleName('Theme: system');
  for (const [theme, color] of [['dark', DARK], ['light', LIGHT]]) {
    await themeSwitch(page).click();
    await expect(themeSwitch(page)).toHaveAccessibleName(`Theme: ${theme}`);
    await expect(background(page)).toHaveCSS('background-color', color);
    await page.reload();
    await ready(page, 'cpu-chart');
    await expect(themeSwitch(page)).toHaveAccessibleName(`Theme: ${theme}`);
    await expect(background(page)).toHaveCSS('background-color', color);
    // Already in the server's HTML, so that the page does not flash in the other theme.
    expect(await (await page.request.get('/')).text()).toContain(`data-theme="${theme}"`);
  }
  await themeSwitch(page).click();
  await expect(themeSwitch(page)).toHaveAccessibleName('Theme: system');
});

test('the system theme follows the system, charts too', async ({ page }) => {
  const labelled = (color) => isDrawn(page, 'cpu-chart', color);
  await page.goto('/');
  await ready(page, 'cpu-chart');
  for (const [scheme, color, labels, others] of [
    ['light', LIGHT, LIGHT_LABELS, DARK_LABELS],
    ['dark', DARK, DARK_LABELS, LIGHT_LABELS],
  ]) {
    await page.emulateMedia({ colorScheme: scheme });
    await expect(background(page)).toHaveCSS('background-color', color);
    await expect.poll(() => labelled(labels), { message: `labels in ${scheme}` }).toBe(true);
    expect(await labelled(others), `labels for the other theme in ${scheme}`).toBe(false);
  }
});

test('the sidebar stays folded', async ({ page }) => {
  await page.goto('/');
  await ready(page, 'cpu-chart');
  await page.getByRole('button', { name: 'Fold' }).click();
  await expect(page.locator('.shell')).toHaveClass(/folded/);
  await page.reload();
  await expect(page.locator('.shell')).toHaveClass(/folded/);
  await ready(page, 'cpu-chart');
  await expect(page.locator('.shell')).toHaveClass(/folded/);
});

for (const [path, id, own] of [['/', 'cpu-chart', 'Last 5 minutes'], ['/host', 'load', 'Last 15 minutes']]) {
  test(`the range is in the URL of ${path} and survives a reload`, async ({ page }) => {
    await page.goto(path);
    await ready(page, id);
    const summary = page.locator('.time-picker summary');
    await expect(summary, 'as the dashboard has it').toHaveText(own);
    await summary.click();
    await page.getByRole('link', { name: 'Last 1 hour' }).click();
    await expect(page).toHaveURL(`${path}?from=now-1h&to=now`);
    await expect(summary).toHaveText('Last 1 hour');
    await expect(page.locator('.time-picker')).not.toHaveAttribute('open');
    await page.reload();
    await ready(page, id);
    await expect(summary).toHaveText('Last 1 hour');
    await summary.click();
    await expect(page.locator('.presets [aria-current]'), 'the one that is shown').toHaveText(['Last 1 hour']);
  });
}

test('the range goes along to the other page', async ({ page }) => {
  await page.goto('/?from=now-15m&to=now');
  await ready(page, 'cpu-chart');
  await page.locator('.sidebar').getByRole('link', { name: 'Host' }).click();
  await expect(page).toHaveURL('/host?from=now-15m&to=now');
  await ready(page, 'load');
});

test('a shared link has fixed times', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/host');
  await ready(page, 'load');
  await page.locator('.share').click();
  await expect(page.locator('.share-done')).toHaveText('Link copied');
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(link.pathname).toBe('/host');
  const [from, to] = ['from', 'to'].map((end) => Date.parse(link.searchParams.get(end)));
  expect(to - from).toBe(900_000);
  expect(Math.abs(Date.now() - to)).toBeLessThan(10_000);
  await page.goto(link.href);
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'fixed');
  await ready(page, 'load');
  await expect(panel(page, 'load').locator('.legend-value').first()).toHaveText(/\d/);
});

test('times are shown in UTC on request', async ({ page }) => {
  await page.goto('/?from=2026-01-02T00:00:00Z&to=2026-01-02T06:00:00Z');
  const summary = page.locator('.time-picker summary');
  await expect(summary).toHaveText('Jan 02, 05:45:00 – Jan 02, 11:45:00');
  await summary.click();
  await page.getByLabel('Times in UTC').check();
  await expect(summary).toHaveText('Jan 02, 00:00:00 – Jan 02, 06:00:00');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await expect(summary).toHaveText('Jan 02, 00:00:00 – Jan 02, 06:00:00');
});
