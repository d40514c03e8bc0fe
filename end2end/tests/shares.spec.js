import { createServer } from 'node:http';
import { once } from 'node:events';
import { boardPanel, call, dashboard, drawn, store } from '../boards.js';
import { collected } from '../charts.js';
import { expect, test } from '../fixtures.js';

/** A page of another origin with a frame. */
async function pageWith(source) {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!DOCTYPE html><title>Elsewhere</title><link rel="icon" href="data:,"><iframe src="${source}" width="700" height="400"></iframe>
      <script>addEventListener('message', (event) => { window.told = event.data; });</script>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

test('a link opens live in a fresh browser, and ends when it is revoked', async ({ browser, page, watchfire }) => {
  await collected(watchfire, 3000);
  await store(watchfire, dashboard('shared'));
  await page.goto('/d/shared');
  await drawn(page, '1');
  await page.locator('body').press('s');
  const dialog = page.getByRole('dialog', { name: 'Share this dashboard' });
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = await dialog.locator('#share-link').inputValue();
  expect(link).toContain('/s/');
  const context = await browser.newContext();
  const fresh = await context.newPage();
  await fresh.goto(link);
  await drawn(fresh, '1', '2');
  const html = await (await fetch(link)).text();
  expect(html, 'queries stay on the server').not.toContain('system_cpu_usage_percent');
  const words = () => boardPanel(fresh, '2').locator('.board-chart').getAttribute('aria-label');
  const first = await boardPanel(fresh, '1').locator('canvas').evaluate((canvas) => canvas.toDataURL());
  await expect.poll(() => boardPanel(fresh, '1').locator('canvas').evaluate((canvas) => canvas.toDataURL())).not.toBe(first);
  expect(await words()).toMatch(/Uptime/);
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await dialog.getByRole('button', { name: 'Revoke for good' }).click();
  await expect(dialog.getByText('There are no links yet.')).toBeVisible();
  await expect(boardPanel(fresh, '1')).toHaveAttribute('data-state', 'failed', { timeout: 20_000 });
  const sockets = [];
  fresh.on('websocket', (socket) => sockets.push(socket.url()));
  const gone = await fresh.goto(link);
  expect(gone.status()).toBe(404);
  await expect(fresh.getByText('leads nowhere')).toBeVisible();
  await expect(fresh.locator('html')).toHaveAttribute('data-hydrated', 'true');
  expect(sockets, 'there is nothing to watch').toEqual([]);
  await context.close();
});

test('the dialog shows how it looks in a page, and the range and the theme go along', async ({ page, browser, watchfire }) => {
  await collected(watchfire, 3000);
  await store(watchfire, dashboard('looks'));
  await page.goto('/d/looks?from=now-2m&to=now');
  await drawn(page, '1');
  await page.locator('body').press('s');
  const dialog = page.getByRole('dialog', { name: 'Share this dashboard' });
  await dialog.getByLabel('Pages that may embed it').fill('https://wiki.example.org');
  await dialog.locator('#share-theme').selectOption('light');
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  await expect(page.frameLocator('.share-preview').locator('.board-panel').first()).toBeVisible();
  const link = await dialog.locator('#share-link').inputValue();
  expect(link).toContain('?from=now-2m&to=now');
  const context = await browser.newContext({ colorScheme: 'dark' });
  const fresh = await context.newPage();
  await fresh.goto(link);
  await drawn(fresh, '1');
  await expect(fresh.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(fresh.locator('.time-picker summary')).toContainText('Last 2 minutes');
  await context.close();
});

test('a panel in a page of another origin: where it is allowed, and nowhere else', async ({ page, problems, watchfire }) => {
  problems.foresee(/frame-ancestors|Refused to frame|violates|ERR_BLOCKED_BY_RESPONSE/);
  await collected(watchfire, 3000);
  await store(watchfire, dashboard('framed'));
  const share = async (origins) => {
    const made = await call(watchfire, 'POST', '/api/v1/shares', { dashboard: 'framed', panel: 1, title: 'CPU', origins });
    return `${watchfire.url}/embed/${made.token}`;
  };
  const nobody = await pageWith(await share([]));
  await page.goto(nobody.url);
  await expect(page.frameLocator('iframe').locator('.board-panel')).toHaveCount(0);
  nobody.close();
  const [made] = await call(watchfire, 'GET', '/api/v1/shares?dashboard=framed');
  expect(made.origins).toEqual([]);
  const source = await share(['*']);
  const anyone = await pageWith(source);
  await page.goto(anyone.url);
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('.board-chart')).toHaveAttribute('data-drawn', 'true');
  const picture = () => frame.locator('canvas').evaluate((canvas) => canvas.toDataURL());
  const first = await picture();
  await expect.poll(picture, { message: 'values move in the frame' }).not.toBe(first);
  await expect.poll(() => page.evaluate(() => window.told?.watchfire?.height)).toBeGreaterThan(100);
  anyone.close();
  const whole = await fetch(`${watchfire.url}/d/framed`);
  expect(whole.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});

test('a share opens nothing else: other panels, queries, variables', async ({ watchfire }) => {
  await collected(watchfire, 3000);
  const board = dashboard('closed', {
    variables: [
      { name: 'core', kind: 'query', query: 'label_values(system_cpu_core_usage_percent, core)', multi: true },
      { name: 'free', kind: 'list', choices: ['0', '1'] },
    ],
  });
  board.panels[0].queries[0].expr = 'system_cpu_core_usage_percent{core=~"$core"} + 0 * on() group_left() vector($free)';
  await store(watchfire, board);
  const { token } = await call(watchfire, 'POST', '/api/v1/shares', {
    dashboard: 'closed',
    panel: 1,
    title: 'One core',
    variables: { core: { locked: ['0'] }, free: 'free' },
  });
  const resolved = async (asked) => (await call(watchfire, 'POST', `/s/${token}/variables`, { asked })).variables;
  const locked = await resolved({ core: ['1'], free: ['1'] });
  expect(locked.find(({ name }) => name === 'core')).toMatchObject({ chosen: ['0'] });
  expect(locked.find(({ name }) => name === 'core').choices.length, 'other choices are not told').toBeLessThan(2);
  expect(locked.find(({ name }) => name === 'free').chosen).toEqual(['1']);
  const stranger = await resolved({ free: ['1) or up or vector(1'] });
  expect(stranger.find(({ name }) => name === 'free').chosen).toEqual(['0']);
  const forged = await fetch(`${watchfire.url}/s/${token.slice(0, -2)}xx`);
  expect(forged.status).toBe(404);
});
