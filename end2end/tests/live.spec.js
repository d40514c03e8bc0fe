import { collected, fingerprint, lag, panel, picture, ready, words } from '../charts.js';
import { expect, test } from '../fixtures.js';

const FIVE_MINUTES = 300_000;

test('the page is taken over by WebAssembly, over one WebSocket', async ({ page }) => {
  const wasm = page.waitForResponse((response) => response.url().endsWith('.wasm'));
  const sockets = [];
  page.on('websocket', (socket) => {
    const frames = { url: socket.url(), sent: 0, received: 0 };
    socket.on('framesent', () => (frames.sent += 1));
    socket.on('framereceived', () => (frames.received += 1));
    sockets.push(frames);
  });
  await page.goto('/');
  const response = await wasm;
  expect(response.status()).toBe(200);
  expect(response.headers()['content-type']).toBe('application/wasm');
  await ready(page, 'cpu-chart');
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live');
  await expect.poll(() => sockets[0]?.received, { message: 'frames from the server' }).toBeGreaterThan(10);
  expect(sockets).toHaveLength(1);
  expect(sockets[0].url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/api\/v1\/live$/);
  expect(sockets[0].sent, 'one subscription or more').toBeGreaterThan(0);
});

for (const path of ['/', '/host', '/?from=now-1h&to=now', '/host?from=now-2d&to=now']) {
  test(`${path} is taken over without a mismatch`, async ({ page, watchfire }) => {
    await collected(watchfire, 3000);
    await page.goto(path);
    await ready(page, path.startsWith('/host') ? 'load' : 'cpu-chart');
  });
}

for (const width of [1440, 390]) {
  test(`nothing jumps while a page ${width} wide is taken over`, async ({ page, watchfire }) => {
    await collected(watchfire, 3000);
    await page.setViewportSize({ width, height: 844 });
    await page.addInitScript(() => {
      window.shifts = [];
      const note = ({ value, sources }) =>
        window.shifts.push([value, sources.map(({ node }) => node?.className ?? node?.nodeName).join()]);
      new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto('/');
    await ready(page, 'hosts', 'cpu-chart');
    await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live');
    const shifts = await page.evaluate(() => window.shifts);
    // Chromium calls up to 0.1 good; what it counts here are legends that follow their values.
    expect(shifts.reduce((sum, [value]) => sum + value, 0), JSON.stringify(shifts)).toBeLessThan(0.02);
    // A notice without words must not take room that it gives back later.
    await expect(panel(page, 'hosts').locator('.panel-notice')).toBeHidden();
  });
}

test('a panel below the screen keeps what the server has drawn until it comes in sight', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  await page.setViewportSize({ width: 1440, height: 500 });
  await page.goto('/');
  await ready(page, 'cpu-chart');
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await expect(picture(page, 'own-memory')).toHaveAttribute('data-drawn', 'false');
  await expect(picture(page, 'own-memory').locator('svg.chart-svg')).toBeVisible();
  await ready(page, 'own-memory');
  await expect(picture(page, 'own-memory').locator('svg.chart-svg')).toBeHidden();
});

for (const [path, names] of [
  ['/', ['samples', 'cpu-chart', 'disk-chart', 'own-cpu']],
  ['/host', ['host-cpu', 'load', 'memory', 'process-table']],
]) {
  test(`values of ${path} change within 5 seconds`, async ({ page, watchfire }) => {
    await collected(watchfire, 3000);
    // All of them in sight.
    await page.setViewportSize({ width: 1440, height: 2400 });
    await page.goto(path);
    await ready(page, ...names);
    // What each says: in its rows, its legend, or in words for its picture.
    const told = async (name) => {
      const texts = await panel(page, name).locator('tbody, .legend-value').allInnerTexts();
      return [...texts, name === 'process-table' ? '' : await words(page, name)].join();
    };
    const values = () => Promise.all(names.map(told));
    const before = await values();
    expect(before.every((text) => /\d/.test(text)), before.join('; ')).toBe(true);
    const changed = async () => (await values()).filter((value, index) => value !== before[index]).length;
    await expect.poll(changed, { timeout: 5000, message: 'panels that changed' }).toBeGreaterThanOrEqual(2);
  });
}

test('charts move within 5 seconds and end at the present', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  await page.goto('/');
  const names = ['samples', 'cpu-chart', 'memory-chart', 'own-cpu'];
  await ready(page, ...names);
  for (const name of names) {
    await picture(page, name).scrollIntoViewIfNeeded();
    const before = await fingerprint(page, name);
    await expect.poll(() => fingerprint(page, name), { timeout: 5000, message: name }).not.toBe(before);
  }
  await picture(page, 'cpu-chart').scrollIntoViewIfNeeded();
  // Pictures move with the clock alone; new points show only at the right end.
  const opened = Date.now();
  await expect.poll(() => Date.now() - opened, { intervals: [250] }).toBeGreaterThan(6000);
  expect(await lag(page, 'cpu-chart', FIVE_MINUTES)).toBeLessThan(4500);
});

test('another page and back, without loading anew', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  await page.goto('/');
  await ready(page, 'cpu-chart');
  let documents = 0;
  page.on('request', (request) => (documents += request.isNavigationRequest() ? 1 : 0));
  const range = page.locator('.time-picker summary');
  await expect(range).toHaveText('Last 5 minutes');
  await page.locator('.sidebar').getByRole('link', { name: 'Host' }).click();
  await expect(page).toHaveURL('/host');
  await expect(page).toHaveTitle('Host · Watchfire');
  await expect(range, 'each page has its own range').toHaveText('Last 15 minutes');
  await ready(page, 'cores', 'load', 'memory', 'facts');
  await expect(panel(page, 'facts').locator('td').first()).toHaveText(/\S/);
  await page.locator('.sidebar').getByRole('link', { name: 'Overview' }).click();
  await expect(range).toHaveText('Last 5 minutes');
  await ready(page, 'hosts', 'cpu-chart', 'own-samples');
  expect(documents).toBe(0);
});

test('a page that is not there says so and leads back', async ({ page, problems }) => {
  problems.foresee(/404/);
  const response = await page.goto('/nowhere');
  expect(response.status()).toBe(404);
  await page.getByRole('link', { name: 'Go to the overview' }).click();
  await ready(page, 'cpu-chart');
});
