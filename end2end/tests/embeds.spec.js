import AxeBuilder from '@axe-core/playwright';
import { boardPanel, call, dashboard, drawn, store } from '../boards.js';
import { collected, fingerprint, pointOn } from '../charts.js';
import { expect, test } from '../fixtures.js';
import { Wire } from '../wire.js';

/** Shares a dashboard with all pages, and gives the path of its embed. */
async function embed(watchfire, board, more = {}) {
  await store(watchfire, board);
  const share = { dashboard: board.uid, title: board.title, origins: ['*'], time: 'free', ...more };
  const made = await call(watchfire, 'POST', '/api/v1/shares', share);
  return { ...made, path: `/embed/${made.token}` };
}

/** A panel of a kind, at the `at`th place. */
function one(at, kind, expr, more = {}) {
  const place = { x: (at % 3) * 8, y: Math.floor(at / 3) * 7, w: 8, h: 7 };
  return { id: at + 1, kind, title: kind, at: place, queries: [{ id: 'A', expr, legend: '{{core}}' }], field: { unit: 'percent' }, ...more };
}

test.beforeEach(async ({ watchfire }) => collected(watchfire, 4000));

test('a frame loads its own client, moves, and tells what the pointer is on', async ({ page, watchfire }) => {
  const loaded = [];
  page.on('response', (response) => loaded.push(new URL(response.url()).pathname));
  const board = dashboard('lean');
  board.panels[1].queries[0].expr = 'time() % 1000';
  const { path } = await embed(watchfire, board);
  await page.goto(`${path}?from=now-1m`);
  await drawn(page, '1', '2');
  expect(loaded.filter((name) => /embed\..*\.(js|wasm)$/.test(name)).length).toBe(2);
  expect(loaded.filter((name) => /\.bin$|watchfire\..*\.(js|wasm)$/.test(name)), 'nothing of the interface').toEqual([]);
  const html = await (await fetch(watchfire.url + path)).text();
  expect(html, 'queries stay on the server').not.toContain('system_cpu_usage_percent');
  const first = await fingerprint(page, '1');
  await expect.poll(() => fingerprint(page, '1')).not.toBe(first);
  const number = boardPanel(page, '2').locator('.board-chart');
  await expect(number).toHaveAttribute('aria-label', /^Uptime: /);
  const words = await number.getAttribute('aria-label');
  await expect.poll(() => number.getAttribute('aria-label')).not.toBe(words);
  await expect(boardPanel(page, '1').locator('.legend-entry')).toHaveCount(1);
  await expect(boardPanel(page, '1').locator('.legend-value')).toHaveText(/%$/);

  const place = await pointOn(page, '1', 0.93);
  await page.mouse.move(place.x, place.y);
  const tooltip = boardPanel(page, '1').locator('.chart-tooltip');
  await expect(tooltip.locator('.legend-name')).toHaveText('busy');
  await expect(tooltip.locator('.legend-value')).toHaveText(/%$/);
  await expect(boardPanel(page, '1').locator('.chart-crosshair')).toBeVisible();
  await page.mouse.move(5, 5);
  await expect(tooltip).toHaveCount(0);
  await boardPanel(page, '1').locator('.board-chart').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(tooltip).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(tooltip).toHaveCount(0);
});

test('a drag zooms in where the range is free, and the browser goes back', async ({ page, watchfire }) => {
  const { path } = await embed(watchfire, dashboard('zoomed'));
  await page.goto(`${path}?from=now-1m&theme=light&background=transparent`);
  await drawn(page, '1');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(page.locator('html')).toHaveAttribute('data-transparent', 'true');
  const [start, end] = [await pointOn(page, '1', 0.95), await pointOn(page, '1', 0.99)];
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(end.x, end.y, { steps: 4 });
  await expect(boardPanel(page, '1').locator('.chart-selection')).toBeVisible();
  await page.mouse.up();
  await expect(page).toHaveURL(/from=20.*to=20/);
  await expect(page).toHaveURL(/theme=light/);
  await page.goBack();
  await expect(page).toHaveURL(/from=now-1m/);
  await drawn(page, '1');
});

test('every kind of panel is drawn', async ({ page, watchfire }) => {
  const cores = 'system_cpu_core_usage_percent';
  const kinds = ['time_series', 'stat', 'gauge', 'bar_gauge', 'bar_chart', 'pie', 'heatmap', 'histogram', 'state_timeline', 'status_history'];
  const panels = kinds.map((kind, at) => one(at, kind, cores));
  const more = panels.length;
  panels.push(one(more, 'node_graph', `label_replace(label_replace(${cores}, "source", "a", "", ""), "target", "b$1", "core", "(.*)")`));
  panels.push(one(more + 1, 'table', cores, { queries: [{ id: 'A', expr: cores, instant: true }], view: { filterable: true } }));
  panels.push(one(more + 2, 'text', '', { queries: [], view: { text: '**Bold** words' } }));
  panels.push(one(more + 3, 'dashboard_list', '', { queries: [] }));
  panels.push(one(more + 4, 'hologram', '', { queries: [] }));
  const { path } = await embed(watchfire, dashboard('kinds', { panels }));
  await page.goto(path);
  for (const [at, panel] of panels.slice(0, more + 1).entries()) {
    await boardPanel(page, at + 1).scrollIntoViewIfNeeded();
    await expect(boardPanel(page, at + 1), panel.kind).toHaveAttribute('data-state', 'ready');
    await expect(boardPanel(page, at + 1).locator('.board-chart'), panel.kind).toHaveAttribute('data-drawn', 'true');
  }
  const table = boardPanel(page, more + 2);
  await table.scrollIntoViewIfNeeded();
  await table.getByRole('button', { name: 'core' }).click();
  await expect(table.locator('th', { hasText: 'core' })).toHaveAttribute('aria-sort', 'ascending');
  const rows = await table.locator('tbody tr').count();
  expect(rows).toBeGreaterThan(0);
  await table.getByRole('searchbox', { name: 'Filter core' }).fill('none');
  await expect(table.locator('tbody tr')).toHaveCount(0);
  await expect(boardPanel(page, more + 3).locator('strong')).toHaveText('Bold');
  await expect(boardPanel(page, more + 4)).toContainText('not part of this link');
  await expect(boardPanel(page, more + 5)).toContainText('hologram');
});

test('it says so when the share is revoked, and when the server is away', async ({ page, problems, watchfire }) => {
  problems.foresee(/ERR_CONNECTION_REFUSED|WebSocket|ERR_CONNECTION_RESET/);
  const { path, uid } = await embed(watchfire, dashboard('ended'));
  const wire = await Wire.to(watchfire.url);
  await page.goto(wire.url + path);
  await drawn(page, '1', '2');
  await wire.cut();
  await expect(boardPanel(page, '1')).toHaveAttribute('data-state', 'disconnected');
  await expect(boardPanel(page, '1').locator('.panel-badge-words')).toHaveText('not connected');
  await wire.mend();
  await drawn(page, '1', '2');
  await call(watchfire, 'DELETE', `/api/v1/shares/${uid}`);
  await expect(boardPanel(page, '1')).toHaveAttribute('data-state', 'failed', { timeout: 20_000 });
  await expect(boardPanel(page, '1').locator('.panel-notice')).not.toBeEmpty();
  await wire.cut();
});

test('rows fold, legends isolate', async ({ page, watchfire }) => {
  const panels = [
    one(0, 'time_series', 'system_cpu_core_usage_percent'),
    { id: 20, kind: 'row', title: 'Below', at: { x: 0, y: 7, w: 24, h: 1 }, view: { folded: true } },
    { ...one(3, 'stat', 'system_uptime_seconds'), at: { x: 0, y: 8, w: 8, h: 7 } },
  ];
  const { path } = await embed(watchfire, dashboard('folded', { panels }));
  await page.goto(path);
  await drawn(page, '1');
  await expect(boardPanel(page, '4')).toBeHidden();
  const heading = page.getByRole('button', { name: 'Below' });
  await expect(heading).toHaveAttribute('aria-expanded', 'false');
  await heading.click();
  await expect(heading).toHaveAttribute('aria-expanded', 'true');
  await drawn(page, '4');
  await heading.click();
  await expect(boardPanel(page, '4')).toBeHidden();
  const entries = boardPanel(page, '1').locator('.legend-entry');
  if ((await entries.count()) > 1) {
    await entries.first().click();
    await expect(entries.nth(1)).toHaveAttribute('aria-pressed', 'false');
    await entries.first().click();
    await expect(entries.nth(1)).toHaveAttribute('aria-pressed', 'true');
  }
});

const chosen = () =>
  dashboard('chosen', {
    variables: [{ name: 'times', kind: 'list', choices: ['1', '2'] }],
    panels: [one(0, 'stat', 'vector($times)', { title: 'Times $times', field: {} })],
  });

test('variables are chosen in a form', async ({ page, watchfire }) => {
  const { path } = await embed(watchfire, chosen(), { variables: { times: 'free' } });
  await page.goto(`${path}?theme=light`);
  const number = page.locator('.board-chart');
  await expect(number).toHaveAttribute('aria-label', /^Times 1:.* 1$/);
  await page.getByLabel('times', { exact: true }).selectOption('2');
  await expect(page).toHaveURL(/theme=light/);
  await expect(page).toHaveURL(/var-times=2/);
  await expect(number).toHaveAttribute('aria-label', /^Times 2:.* 2$/);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('there are pictures, and the form works', async ({ page, problems, watchfire }) => {
    // Chromium refuses the script, and then has no use for what was loaded early for it.
    problems.foresee(/\.js csp$/);
    problems.foresee(/\.wasm was preloaded using link preload but not used/);
    const { path } = await embed(watchfire, chosen(), { variables: { times: 'free' } });
    await page.goto(path);
    await expect(page.locator('.chart-first svg')).toBeVisible();
    await page.getByLabel('times', { exact: true }).selectOption('2');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(page).toHaveURL(/var-times=2/);
    await expect(page.locator('h2')).toHaveText('Times 2');
  });
});

test('no serious fault in an embed', async ({ page, watchfire }) => {
  const { path } = await embed(watchfire, dashboard('open'));
  await page.goto(path);
  await drawn(page, '1', '2');
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
});
