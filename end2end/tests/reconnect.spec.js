import { boardPanel, dashboard, drawn, store } from '../boards.js';
import { expect, test } from '../fixtures.js';
import { panel, ready, shareDrawn, words } from '../charts.js';
import { Wire } from '../wire.js';

const MINUTE = 60_000;
const PAGE = '/?from=now-1m&to=now';
const CHARTS = ['cpu-chart', 'memory-chart'];
const PANELS = [...CHARTS, 'samples', 'worst-cpu'];
/**
 * PromQL takes a sample for a value as long as the lookback says. With the usual five minutes no chart would show a gap that is
 * shorter.
 */
const FLAGS = ['--collect-interval', '1s', '--query-lookback', '2s'];
/** A picture shows the whole second before the last tick of the page's clock, so it may be this old. */
const BEHIND = 2000;
/** Longer than the 3 seconds that a line bridges, with room at both ends. */
const OUTAGE = 10_000;
const BEFORE = 10_000;
const AFTER = 9000;

const connection = (page) => page.locator('.connection');

async function passed(since, millis) {
  await expect.poll(() => Date.now() - since, { timeout: millis + 5000, intervals: [100] }).toBeGreaterThan(millis);
}

async function saysLost(page, names = PANELS) {
  await expect(connection(page)).toHaveAttribute('data-state', 'lost', { timeout: 20_000 });
  await expect(connection(page)).toContainText('Not connected');
  for (const id of names) {
    await expect(panel(page, id)).toHaveAttribute('data-state', 'disconnected');
    await expect(panel(page, id).locator('.panel-badge')).toContainText('not connected');
  }
}

async function saysLive(page, names = PANELS) {
  await expect(connection(page)).toHaveAttribute('data-state', 'live', { timeout: 20_000 });
  for (const id of names) {
    await expect(panel(page, id)).toHaveAttribute('data-state', 'ready');
    await expect(panel(page, id).locator('.panel-badge')).toBeHidden();
  }
}

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`the server ends by ${signal} and comes back: old points, a gap, new points`, async ({ page, launch, problems }) => {
    test.slow();
    problems.foresee(/WebSocket.*(ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|closed before)/);
    const server = await launch({ flags: FLAGS });
    await page.goto(`${server.url}${PAGE}`);
    await ready(page, ...CHARTS);
    await passed(server.startedAt, BEFORE);
    const started = server.startedAt;
    const stopped = Date.now();
    await server.stop(signal);
    await saysLost(page);
    expect(await words(page, 'worst-cpu'), 'what was known stays').toMatch(/\d/);
    await passed(stopped, OUTAGE);
    await server.startAgain();
    await saysLive(page);
    await passed(server.startedAt, AFTER);

    const check = async (when) => {
      for (const id of CHARTS) {
        const share = (start, end) => shareDrawn(page, id, MINUTE, start, end);
        const message = (part) => `${id}, ${part}, ${when}`;
        await expect.poll(() => share(started + 2500 + BEHIND, stopped - 2000), { message: message('before') }).toBe(1);
        await expect.poll(() => share(stopped + 1500 + BEHIND, server.startedAt - 500), { message: message('gap') }).toBe(0);
        await expect.poll(() => share(Date.now() - 5000, Date.now() - 1500 - BEHIND), { message: message('new') }).toBe(1);
      }
    };
    await check('on the page that was open');
    await page.reload();
    await ready(page, ...CHARTS);
    await check('loaded anew');
  });
}

test('a page that was cut off while the server collected gets what it missed', async ({ page, watchfire, problems }) => {
  test.slow();
  // A while after the page the overview looks whether anybody sends data.
  problems.foresee(/WebSocket.*(ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|closed before)|api\/v1\/demo/);
  const wire = await Wire.to(watchfire.url);
  await page.goto(`${wire.url}${PAGE}`);
  await ready(page, ...CHARTS);
  await passed(watchfire.startedAt, BEFORE);
  const cut = Date.now();
  await wire.cut();
  await saysLost(page);
  await passed(cut, OUTAGE);
  const mended = Date.now();
  await wire.mend();
  await saysLive(page);
  for (const id of CHARTS) {
    const share = () => shareDrawn(page, id, MINUTE, cut - 1000, mended - 1000);
    await expect.poll(share, { message: `${id}: the time without connection` }).toBe(1);
  }
  await page.close();
  await wire.cut();
});

test('a connection that has gone silent is noticed', async ({ page, watchfire, problems }) => {
  test.slow();
  problems.foresee(/WebSocket/);
  // More panels than the server draws with the page, the last of them far below.
  const stat = (id) => ({
    id,
    kind: 'stat',
    title: `Uptime ${id}`,
    at: { x: 0, y: 8 * (id - 1), w: 12, h: 8 },
    // Each its own, as what is alike is asked for once.
    queries: [{ id: 'A', expr: `system_uptime_seconds + ${id}` }],
  });
  const panels = Array.from({ length: 33 }, (_, index) => stat(index + 1));
  await store(watchfire, dashboard('silent', { panels }));
  const wire = await Wire.to(watchfire.url);
  await page.goto(`${wire.url}/d/silent`);
  await drawn(page, '1', '2');
  const last = boardPanel(page, '33');
  await expect(last).toHaveAttribute('data-state', 'waiting');
  wire.hold();
  // A panel that was never in sight has nothing from the server; it says that it waits.
  await last.scrollIntoViewIfNeeded();
  await expect(last).toHaveAttribute('data-state', 'loading');
  await page.evaluate(() => scrollTo(0, 0));
  await expect(boardPanel(page, '1')).toHaveAttribute('data-state', 'disconnected', { timeout: 20_000 });
  wire.release();
  await expect(boardPanel(page, '1')).toHaveAttribute('data-state', 'ready', { timeout: 20_000 });
  await last.scrollIntoViewIfNeeded();
  await drawn(page, '33');
  await page.close();
  await wire.cut();
});

test('a dashboard that is asked for while nothing comes through is there when the connection is back', async ({ page, watchfire, problems }) => {
  test.slow();
  problems.foresee(/WebSocket|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_ABORTED|ERR_SOCKET_NOT_CONNECTED/);
  const wire = await Wire.to(watchfire.url);
  await page.goto(`${wire.url}${PAGE}`);
  await ready(page, ...CHARTS);
  wire.hold();
  await page.locator('.sidebar').getByRole('link', { name: 'Host' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Loading the dashboard' })).toBeVisible();
  await expect(connection(page)).toHaveAttribute('data-state', 'lost', { timeout: 20_000 });
  wire.release();
  await expect(connection(page)).toHaveAttribute('data-state', 'live', { timeout: 20_000 });
  await ready(page, 'load');
  await page.close();
  await wire.cut();
});
