import { call } from '../boards.js';
import { collected, panel, picture, ready } from '../charts.js';
import { expect, test } from '../fixtures.js';

/** The name of the host that this server collects from. */
async function hostOf(watchfire) {
  const { result } = await call(watchfire, 'GET', '/api/v1/query?query=system_uptime_seconds');
  return result[0].metric.host;
}

const ways = (page, name) => panel(page, name).locator('.value-links a');

test.beforeEach(async ({ page, watchfire }) => {
  await collected(watchfire, 5000);
  await page.goto('/');
});

test('a bar of the busiest hosts leads to its host', async ({ page, watchfire }) => {
  const host = await hostOf(watchfire);
  await ready(page, 'worst-cpu');
  await picture(page, 'worst-cpu').hover();
  await expect(picture(page, 'worst-cpu'), 'the pointer shows it').toHaveClass(/leads/);
  await picture(page, 'worst-cpu').click();
  await expect(page).toHaveURL(`/host?var-host=${encodeURIComponent(host)}&from=now-5m&to=now`);
  await expect(page.locator('.variable', { hasText: 'Host' }).locator('summary')).toHaveText(host);
  await ready(page, 'host-cpu', 'load');
});

test('by keyboard the same way is a link behind the picture', async ({ page, watchfire }) => {
  const host = await hostOf(watchfire);
  await ready(page, 'worst-cpu');
  await expect(ways(page, 'worst-cpu')).toHaveText(`${host}: This host`);
  const list = panel(page, 'worst-cpu').locator('.value-links');
  await expect(list, 'it takes no room').toHaveCSS('position', 'absolute');
  await expect(list, 'and is not seen').not.toHaveCSS('clip-path', 'none');
  await picture(page, 'worst-cpu').focus();
  await page.keyboard.press('Tab');
  await expect(ways(page, 'worst-cpu')).toBeFocused();
  await expect(ways(page, 'worst-cpu')).toBeInViewport();
  await expect(list, 'with the focus it is seen').toHaveCSS('clip-path', 'none');
  const { width, height } = await ways(page, 'worst-cpu').boundingBox();
  expect(width * height).toBeGreaterThan(100);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/host?var-host=${encodeURIComponent(host)}&from=now-5m&to=now`);
});

test('a number leads on, and takes the range along', async ({ page }) => {
  await page.goto('/?from=now-15m&to=now');
  await ready(page, 'samples');
  await picture(page, 'samples').click();
  await expect(page).toHaveURL('/d/watchfire?from=now-15m&to=now');
  await expect(page.locator('.board-title')).toHaveText('Watchfire');
  await page.goBack();
  await ready(page, 'samples');
});

test('a chart has the way of its series for the keyboard, and a click pins the tooltip', async ({ page, watchfire }) => {
  const host = await hostOf(watchfire);
  await ready(page, 'cpu-chart');
  await expect(ways(page, 'cpu-chart')).toHaveAttribute('href', `/host?var-host=${encodeURIComponent(host)}&from=now-5m&to=now`);
  await picture(page, 'cpu-chart').click();
  await expect(panel(page, 'cpu-chart').locator('.chart-tooltip')).toHaveClass(/pinned/);
  await expect(page).toHaveURL('/');
});
