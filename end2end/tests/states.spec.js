import { panel, ready } from '../charts.js';
import { expect, test } from '../fixtures.js';

const NO_COLLECTION = ['--no-collect'];
const OVERVIEW = ['cpu', 'memory', 'disk', 'cpu-chart', 'memory-chart', 'network-chart', 'own-cpu'];

async function allEmpty(page) {
  const states = page.locator('section.panel');
  const words = () => states.evaluateAll((panels) => panels.map((panel) => panel.dataset.state));
  await expect.poll(async () => new Set(await words())).toEqual(new Set(['empty']));
  for (const id of OVERVIEW) {
    await expect(panel(page, id).locator('.panel-notice')).toContainText('No samples in this range');
    await expect(panel(page, id).locator('.chart')).toBeHidden();
  }
}

/** Titles and badges of panels that are cut off or reach beyond their panel. */
function cutHeads(page) {
  return page.locator('section.panel').evaluateAll((panels) => panels.filter((panel) => {
    const [title, badge] = [panel.querySelector('h2'), panel.querySelector('.panel-badge')];
    return title.scrollWidth > title.clientWidth || badge.getBoundingClientRect().right > panel.getBoundingClientRect().right;
  }).map(({ id }) => id));
}

test('without samples every panel says so and what to do', async ({ page, launch }) => {
  const server = await launch({ flags: NO_COLLECTION });
  await page.goto(server.url);
  await ready(page);
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live');
  await allEmpty(page);
  await expect(panel(page, 'cpu').locator('.tile-number')).toHaveText('–');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('without samples every panel says so', async ({ page, launch, problems }) => {
    problems.foresee(/\.js csp$/);
    const server = await launch({ flags: NO_COLLECTION });
    await page.goto(server.url);
    await allEmpty(page);
  });
});

test('a range in the far past is empty', async ({ page }) => {
  await page.goto('/?from=2020-01-01&to=2020-01-02');
  await ready(page);
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'fixed');
  await allEmpty(page);
});

test('samples that have stopped coming are shown as old', async ({ page, launch }) => {
  test.slow();
  const collecting = await launch({ flags: ['--collect-interval', '1s'] });
  await page.goto(collecting.url);
  await ready(page, 'cpu-chart');
  await collecting.stop();
  const server = await launch({ flags: NO_COLLECTION, dataDir: collecting.dataDir });
  await page.goto(server.url);
  await ready(page);
  for (const id of ['cpu', 'cpu-chart', 'memory', 'own-memory']) {
    // 15 seconds of patience, in which another tick is still expected.
    await expect(panel(page, id)).toHaveAttribute('data-state', 'stale', { timeout: 30_000 });
    await expect(panel(page, id).locator('.panel-badge')).toHaveText(/no samples since \d\d:\d\d:\d\d/);
  }
  await expect(panel(page, 'cpu').locator('.tile-number'), 'the last value stays').toHaveText(/\d/);
  expect(await cutHeads(page), 'panels whose title or badge is cut off').toEqual([]);
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live');
});

test('a lost connection is shown in every panel beside its title', async ({ page, launch, problems }) => {
  problems.foresee(/WebSocket/);
  const server = await launch({ flags: ['--collect-interval', '1s'] });
  await page.goto(server.url);
  await ready(page, 'cpu-chart');
  await server.stop();
  await expect(page.locator('section.panel[data-state="disconnected"]')).toHaveCount(13);
  expect(await cutHeads(page), 'panels whose title or badge is cut off').toEqual([]);
});

test('what the server refuses is told in the panel', async ({ page, launch }) => {
  const server = await launch({ flags: ['--collect-interval', '1s', '--live-max-subscriptions', '2'] });
  await page.goto(server.url);
  await ready(page);
  const failed = page.locator('section.panel[data-state="failed"]');
  await expect(failed.first()).toBeVisible();
  await expect(failed.first().locator('.panel-notice')).toContainText('a connection may have 2 subscriptions');
});
