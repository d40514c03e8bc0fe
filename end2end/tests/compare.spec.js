import { boardPanel, call, dashboard, drawn, store } from '../boards.js';
import { completions } from '../explore.js';
import { expect, test } from '../fixtures.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Samples of now with one value, and of an hour earlier with another. */
async function twoHours(watchfire, metric) {
  const now = Date.now();
  const lines = [];
  for (const [value, end] of [[3, now - HOUR], [7, now]]) {
    for (let back = 10 * MINUTE; back >= 0; back -= 15_000) {
      lines.push(`${metric}{host="a"} ${value} ${end - back}\n`);
    }
  }
  const stored = await fetch(`${watchfire.url}/api/v1/import/prometheus`, { method: 'POST', body: lines.join('') });
  expect(stored.ok, await stored.text()).toBe(true);
  await expect
    .poll(async () => (await call(watchfire, 'GET', `/api/v1/query?query=${metric}`)).result[0]?.value[1])
    .toBe('7');
}

function compared(uid, metric) {
  return dashboard(uid, {
    time: { from: 'now-5m', refresh: 'off' },
    panels: [
      {
        id: 1,
        kind: 'time_series',
        title: 'Load',
        at: { x: 0, y: 0, w: 24, h: 8 },
        queries: [{ id: 'A', expr: metric, legend: '{{host}}' }],
        view: { legend: { shape: 'table', numbers: ['last'] } },
      },
    ],
  });
}

const names = (page) => boardPanel(page, '1').locator('.legend-name');
const values = (page) => boardPanel(page, '1').locator('.legend-value');

test('a dashboard is compared with an hour earlier, and the URL says so', async ({ page, watchfire }) => {
  await twoHours(watchfire, 'compared_load');
  await store(watchfire, compared('compared', 'compared_load'));
  await page.goto('/d/compared');
  await drawn(page, '1');
  await expect(names(page)).toHaveText(['a']);
  await page.keyboard.press('t');
  await page.getByLabel('Compare with').selectOption('1 hour earlier');
  await expect(page).toHaveURL(/compare=1h/);
  await expect(names(page)).toHaveText(['a', 'a earlier']);
  await expect(values(page)).toHaveText(['7', '3']);
  await expect(page.locator('.time-picker summary')).toHaveText('Last 5 minutes and 1h earlier');
  await page.reload();
  await drawn(page, '1');
  await expect(values(page)).toHaveText(['7', '3']);
  await page.keyboard.press('t');
  await expect(page.getByLabel('Compare with')).toHaveValue('1h');
  await page.getByLabel('Compare with').selectOption('nothing');
  await expect(page).not.toHaveURL(/compare=/);
  await expect(names(page)).toHaveText(['a']);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page holds what was earlier; other ranges than those of the list can be named', async ({ page, problems, watchfire }) => {
    problems.foresee(/\.js csp$/);
    problems.foresee(/\.(wasm|bin) was preloaded using link preload but not used/);
    await twoHours(watchfire, 'compared_page');
    await store(watchfire, compared('compared-page', 'compared_page'));
    await page.goto('/d/compared-page?compare=60m');
    await expect(values(page)).toHaveText(['7', '3']);
  });
});

test('one query that fails leaves the other where it is, and is told', async ({ page, watchfire }) => {
  await twoHours(watchfire, 'half_load');
  const board = compared('half', 'half_load');
  board.panels[0].queries.push({ id: 'B', expr: 'rate(half_load)' });
  await store(watchfire, board);
  await page.goto('/d/half');
  await drawn(page, '1');
  await expect(names(page)).toHaveText(['a']);
  await expect(boardPanel(page, '1').locator('.panel-notes')).toHaveAttribute('title', /query B: /);
});

test('variables are offered where a query is written', async ({ page, watchfire }) => {
  const board = compared('offered', 'up');
  board.variables = [{ name: 'host', kind: 'list', choices: ['a', 'b'] }];
  await store(watchfire, board);
  await page.goto('/d/offered?edit=1');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  const query = page.getByRole('combobox', { name: 'Query in PromQL' });
  await query.fill('');
  await query.pressSequentially('up{host="$h');
  await expect(completions(page)).toHaveText([/^\$host\s*variable\s*a/]);
  await query.press('Enter');
  await expect(query).toHaveValue('up{host="$host"');
  await query.pressSequentially('}[$__r');
  await expect(completions(page).first()).toHaveText(/^\$__rate_interval\s*variable/);
});
