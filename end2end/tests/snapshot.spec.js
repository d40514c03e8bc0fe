import { boardPanel, call, dashboard, store } from '../boards.js';
import { collected } from '../charts.js';
import { expect, test } from '../fixtures.js';

test('a snapshot shows what was there, and asks for nothing', async ({ page, problems, watchfire }) => {
  problems.foresee(/404/);
  await collected(watchfire, 8000);
  const board = dashboard('frozen');
  board.panels[0].queries[0] = { id: 'A', expr: 'system_cpu_core_usage_percent', legend: 'core {{core}}' };
  await store(watchfire, board);
  const made = await call(watchfire, 'POST', '/api/v1/snapshots', { dashboard: 'frozen', title: 'As it was' });
  expect(made.path).toBe(`/snapshots/${made.uid}`);
  const sockets = [];
  const questions = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  page.on('request', (request) => request.url().includes('/api/') && questions.push(request.url()));
  await page.goto(made.path);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('As it was');
  await expect(page.locator('.frozen')).toHaveText(/^Snapshot made \d{4}-\d\d-\d\d \d\d:\d\d.* from .* to /);
  // The browser draws what is kept over the server's picture.
  await expect(boardPanel(page, '1').locator('.board-chart')).toHaveAttribute('data-drawn', 'true');
  await expect(boardPanel(page, '1').locator('.board-legend'), 'series have their labels').toContainText('core 0');
  const chart = boardPanel(page, '1').locator('.chart-first svg.chart-svg');
  const points = await chart.locator('polyline').evaluateAll((lines) =>
    lines.map((line) => line.getAttribute('points').trim().split(/\s+/).length));
  expect(Math.max(...points), 'points of a line').toBeGreaterThan(3);
  const number = boardPanel(page, '2').locator('.chart-first svg.chart-svg');
  await expect(number).toHaveText(/\d/);
  await expect(boardPanel(page, '1')).toHaveAttribute('data-state', 'ready');

  // Time goes on, the picture does not.
  const before = [await chart.innerHTML(), await number.innerHTML()];
  const opened = Date.now();
  await expect.poll(() => Date.now() - opened, { intervals: [500] }).toBeGreaterThan(3000);
  expect([await chart.innerHTML(), await number.innerHTML()]).toEqual(before);
  expect(sockets, 'no live data').toEqual([]);
  expect(questions, 'no questions').toEqual([]);

  const html = await (await fetch(watchfire.url + made.path)).text();
  expect(html, 'queries stay on the server').not.toContain('system_cpu_core_usage_percent');

  // What comes after it changes nothing; only its own end does.
  await call(watchfire, 'DELETE', '/api/v1/dashboards/frozen');
  await page.reload();
  await expect(boardPanel(page, '2').locator('.chart-first svg.chart-svg')).toHaveText(/\d/);
  await call(watchfire, 'DELETE', `/api/v1/snapshots/${made.uid}`);
  const gone = await page.reload();
  expect(gone.status()).toBe(404);
  await expect(page.getByRole('alert')).toContainText('Nothing to see here');
});

test('a snapshot that has expired says so', async ({ page, problems, watchfire }) => {
  problems.foresee(/410/);
  await collected(watchfire, 3000);
  await store(watchfire, dashboard('short'));
  const expires = Date.now() + 2000;
  const made = await call(watchfire, 'POST', '/api/v1/snapshots', { dashboard: 'short', expires_at: expires });
  await expect.poll(() => Date.now() - expires, { intervals: [250] }).toBeGreaterThan(500);
  const gone = await page.goto(made.path);
  expect(gone.status()).toBe(410);
  await expect(page.getByRole('alert')).toContainText('Nothing to see here');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a snapshot shows the same', async ({ page, problems, watchfire }) => {
    problems.foresee(/\.js csp$|was preloaded using link preload but not used/);
    await collected(watchfire, 3000);
    await store(watchfire, dashboard('plain'));
    const made = await call(watchfire, 'POST', '/api/v1/snapshots', { dashboard: 'plain' });
    await page.goto(made.path);
    await expect(boardPanel(page, '2').locator('.chart-first svg.chart-svg')).toHaveText(/\d/);
    await expect(boardPanel(page, '2')).toHaveAttribute('data-state', 'ready');
  });
});
