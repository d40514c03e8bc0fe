import { collected, panel, ready } from '../charts.js';
import { expect, test } from '../fixtures.js';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

test.beforeEach(async ({ watchfire, problems }) => {
  problems.foresee(/ERR_ABORTED/);
  await collected(watchfire, 5000);
});

const EXPLORE = '/explore?q=system_network_bytes_total';
const PAGES = [['/', 'cpu-chart'], ['/host', 'load'], [EXPLORE, 'result'], [`${EXPLORE}&tab=table`], ['/explore/cardinality'], ['/add-data'], ['/add-data/targets'], ['/alerts'], ['/alerts/rules'], ['/alerts/rules/new'], ['/alerts/silences']];

for (const [path, chart] of PAGES) {
  test(`${path} fits the width`, async ({ page }) => {
    await page.goto(path);
    await ready(page, ...(chart ? [chart] : []));
    // Panels below the screen wait until they come in sight.
    await expect(page.locator('[data-state="loading"]:not(.board-panel)')).toHaveCount(0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, 'pixels beyond the right edge').toBe(0);
    const cut = await page.evaluate(() => [...document.querySelectorAll('.board-panel, .panel, .board-bar > *, .variables > *, .topbar > *, .menu-body')]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth)
      .map((element) => element.id || element.className));
    expect(cut, 'what reaches beyond the right edge').toEqual([]);
  });
}

test('nothing in the top bar lies on something else', async ({ page, launch, problems }) => {
  problems.foresee(/WebSocket/);
  const server = await launch({ flags: ['--collect-interval', '1s'] });
  await page.goto(server.url);
  await ready(page, 'cpu-chart');
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live');
  expect(await page.evaluate(overlaps), 'connected').toEqual([]);
  await server.stop();
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'lost');
  expect(await page.evaluate(overlaps), 'not connected').toEqual([]);
});

/** In the page: pairs of texts and buttons of the top bar that share a place. */
function overlaps() {
  const items = [...document.querySelectorAll('.breadcrumbs [aria-current], .connection, .topbar summary, .topbar > button')];
  const boxes = items.map((item) => {
    const text = document.createRange();
    text.selectNodeContents(item);
    return (item.matches('button, summary') ? item : text).getBoundingClientRect();
  });
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  return items.flatMap((item, index) => items.slice(index + 1)
    .filter((_, offset) => !apart(boxes[index], boxes[index + 1 + offset]))
    .map((other) => `${item.textContent || item.ariaLabel} and ${other.textContent || other.ariaLabel}`));
}

test('the pages can be reached by a tap', async ({ page }) => {
  await page.goto('/');
  await ready(page, 'cpu-chart');
  await page.locator('.sidebar').getByRole('link', { name: 'Host' }).tap();
  await expect(page).toHaveURL('/host');
  await ready(page, 'load');
  await page.locator('.sidebar').getByRole('link', { name: 'Overview' }).tap();
  await expect(page).toHaveURL('/');
});

test('a query is written and run by taps', async ({ page }) => {
  await page.goto('/explore');
  await ready(page);
  await page.getByRole('combobox', { name: 'Query' }).tap();
  await page.keyboard.type('system_cpu_us');
  const list = page.getByRole('listbox');
  await expect(list).toBeVisible();
  const place = await list.boundingBox();
  expect(place.x).toBeGreaterThanOrEqual(0);
  expect(place.x + place.width).toBeLessThanOrEqual(390);
  await list.getByRole('option').first().tap();
  await page.getByRole('button', { name: 'Run' }).tap();
  await ready(page, 'result');
  await page.locator('.history summary').tap();
  await expect(page.locator('.history')).toHaveAttribute('open', '');
  const menu = await page.locator('.history .menu-body').boundingBox();
  expect(menu.x).toBeGreaterThanOrEqual(0);
  expect(menu.x + menu.width).toBeLessThanOrEqual(390);
});

test('the last panel can be scrolled above the navigation', async ({ page }) => {
  await page.goto('/');
  await ready(page, 'cpu-chart');
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const last = await panel(page, 'own-samples').boundingBox();
  const navigation = await page.locator('.sidebar').boundingBox();
  expect(last.y + last.height).toBeLessThanOrEqual(navigation.y);
});

test('the time range can be chosen by taps, all of it on the screen', async ({ page }) => {
  await page.goto('/');
  await ready(page, 'cpu-chart');
  await page.locator('.time-picker summary').tap();
  const menu = await page.locator('.time-picker .menu-body').boundingBox();
  expect(menu.x).toBeGreaterThanOrEqual(0);
  expect(menu.x + menu.width).toBeLessThanOrEqual(390);
  await page.getByRole('link', { name: 'Last 1 hour' }).tap();
  await expect(page).toHaveURL('/?from=now-1h&to=now');
  await ready(page, 'cpu-chart');
});
