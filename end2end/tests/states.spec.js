import { collected, panel, ready, words } from '../charts.js';
import { expect, test } from '../fixtures.js';

const NO_COLLECTION = ['--no-collect'];
/** Counts: where there is nothing they are 0. */
const COUNTS = ['hosts', 'services', 'targets-down', 'firing'];
const OTHERS = [
  'samples', 'series', 'cpu-chart', 'memory-chart', 'network-chart', 'disk-chart', 'worst-cpu', 'worst-memory', 'worst-disks',
  'worst-errors', 'own-cpu', 'own-memory', 'own-samples',
];
const ALL = [...COUNTS, ...OTHERS];
const HOST = ['host-cpu', 'cores', 'load', 'memory'];

async function allEmpty(page, names) {
  for (const name of names) {
    await panel(page, name).scrollIntoViewIfNeeded();
    await expect(panel(page, name), name).toHaveAttribute('data-state', 'empty');
    await expect(panel(page, name).locator('.panel-notice'), name).toBeVisible();
    await expect(panel(page, name).locator('.panel-notice'), name).toHaveText(/^(No |no )/);
  }
}

/** Titles and badges of panels that are cut off or reach beyond their panel; those far below have no badge yet. */
function cutHeads(page) {
  return page.locator('section.board-panel:has(.panel-badge)').evaluateAll((panels) => panels.filter((panel) => {
    const [title, badge] = [panel.querySelector('h2'), panel.querySelector('.panel-badge')];
    return title.scrollWidth > title.clientWidth || badge?.getBoundingClientRect().right > panel.getBoundingClientRect().right;
  }).map(({ id }) => id));
}

test('without samples every panel says so and what to do', async ({ page, launch }) => {
  const server = await launch({ flags: NO_COLLECTION });
  await page.goto(server.url);
  await ready(page, ...COUNTS);
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live');
  for (const name of COUNTS) {
    await expect.poll(() => words(page, name)).toMatch(/ 0$/);
  }
  await allEmpty(page, OTHERS);
  await expect(panel(page, 'cpu-chart').locator('.panel-notice')).toContainText('Choose a longer range');
  await page.goto(`${server.url}/host`);
  await ready(page);
  await allEmpty(page, HOST);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('without samples every panel says so', async ({ page, launch, problems }) => {
    problems.foresee(/\.js csp$|was preloaded using link preload but not used/);
    const server = await launch({ flags: NO_COLLECTION });
    await page.goto(server.url);
    await allEmpty(page, OTHERS);
  });
});

test('a range in the far past is empty', async ({ page }) => {
  await page.goto('/?from=2020-01-01&to=2020-01-02');
  await ready(page);
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'fixed');
  await allEmpty(page, OTHERS);
});

test('samples that have stopped coming are shown as old', async ({ page, launch, problems }) => {
  test.slow();
  problems.foresee(/WebSocket/);
  const collecting = await launch({ flags: ['--collect-interval', '1s'] });
  await page.goto(collecting.url);
  await ready(page, 'cpu-chart');
  // Longer than the distance of the points of a small panel.
  await collected(collecting, 12_000);
  await collecting.stop();
  // PromQL takes a sample for a value as long as the lookback says; five minutes would be long to wait.
  const server = await launch({ flags: [...NO_COLLECTION, '--query-lookback', '5s'], dataDir: collecting.dataDir });
  await page.goto(`${server.url}/host`);
  await ready(page);
  for (const name of ['host-cpu', 'host-memory', 'uptime', 'cores', 'load', 'memory']) {
    // 15 seconds of patience, in which another tick is still expected.
    await expect(panel(page, name)).toHaveAttribute('data-state', 'stale', { timeout: 30_000 });
    await expect(panel(page, name).locator('.panel-badge')).toHaveText(/no samples since \d\d:\d\d:\d\d/);
  }
  expect(await words(page, 'host-memory'), 'the last value stays').toMatch(/\d/);
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live');
  expect(await cutHeads(page), 'panels whose title or badge is cut off').toEqual([]);
});

test('a lost connection is shown in every panel beside its title', async ({ page, launch, problems }) => {
  problems.foresee(/WebSocket/);
  const server = await launch({ flags: ['--collect-interval', '1s'] });
  await page.goto(server.url);
  await ready(page, 'cpu-chart');
  await server.stop();
  await expect(page.locator('section.board-panel[data-state="disconnected"]')).toHaveCount(ALL.length);
  expect(await cutHeads(page), 'panels whose title or badge is cut off').toEqual([]);
});

test('what the server refuses is told in the panel', async ({ page, launch }) => {
  const server = await launch({ flags: ['--collect-interval', '1s', '--live-max-subscriptions', '2'] });
  await page.goto(server.url);
  await ready(page);
  const failed = page.locator('section.board-panel[data-state="failed"]');
  await expect(failed.first()).toBeVisible();
  await expect(failed.first().locator('.panel-notice')).toContainText('a connection may have 2 subscriptions');
});
