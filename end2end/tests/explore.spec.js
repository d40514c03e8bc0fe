import { collected, drawnColumns, panel, pointOn } from '../charts.js';
import { answered, asked, box, completions, explore, result } from '../explore.js';
import { expect, test } from '../fixtures.js';

const CPU = 'system_cpu_usage_percent';

test.beforeEach(async ({ watchfire, problems }) => {
  // A question that is taken back, because a newer one follows or the page is left.
  problems.foresee(/ERR_ABORTED/);
  await collected(watchfire, 8000);
});

async function open(page, query, more) {
  await page.goto(explore(query, more));
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
}

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the box has the query of the URL, and a form that runs it', async ({ page, problems }) => {
    problems.foresee(/\.js csp$|was preloaded using link preload but not used/);
    await page.goto(explore('a < 2 and "&amp;" == b', { from: 'now-1h', to: 'now' }));
    await expect(page.locator('#query')).toHaveValue('a < 2 and "&amp;" == b');
    await page.locator('#query').fill('up');
    await page.getByRole('button', { name: 'Run' }).click();
    expect(asked(page, 'q')).toBe('up');
    expect(asked(page, 'from')).toBe('now-1h');
  });
});

test('Enter runs the query, the chart is drawn, and the URL says it all', async ({ page }) => {
  await open(page);
  await expect(result(page)).toHaveAttribute('data-state', 'idle');
  await page.keyboard.press('/');
  await expect(box(page)).toBeFocused();
  await page.keyboard.type(`${CPU} `);
  await page.keyboard.press('Enter');
  await answered(page);
  expect(asked(page, 'q')).toBe(CPU);
  await expect(result(page).locator('.board-chart')).toHaveAttribute('data-drawn', 'true');
  await expect.poll(async () => (await drawnColumns(page, 'result')).some(Boolean)).toBe(true);
  await expect(result(page).locator('.legend-entry')).toHaveText(new RegExp(`^${CPU}.* %$`));
  await expect(result(page).locator('.result-facts')).toHaveText(/1 series · .+ · [\d\u202f]+ samples read · as of /);
});

test('Shift+Enter starts a line, and the box grows', async ({ page }) => {
  await open(page);
  await box(page).focus();
  const before = (await box(page).boundingBox()).height;
  await page.keyboard.type('sum(');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('1 )');
  await expect(box(page)).toHaveValue('sum(\n1 )');
  await expect.poll(async () => (await box(page).boundingBox()).height).toBeGreaterThan(before + 15);
  expect(page.url()).not.toContain('q=');
});

test('completion offers functions, metrics, labels, values and durations', async ({ page }) => {
  await open(page);
  await box(page).focus();
  await page.keyboard.type('rat');
  await expect(completions(page).first()).toHaveText(/^rate\s*function\s*The average growth per second/);
  await expect(box(page)).toHaveAttribute('aria-expanded', 'true');
  const first = await completions(page).first().getAttribute('id');
  await expect(box(page)).toHaveAttribute('aria-activedescendant', first);
  await page.keyboard.press('Enter');
  await expect(box(page)).toHaveValue('rate(');

  await page.keyboard.type('network_byt');
  await expect(completions(page).first()).toHaveText(/^system_network_bytes_total\s*metric/);
  await page.keyboard.press('Tab');
  await page.keyboard.type('{');
  await expect(completions(page).filter({ hasText: /^direction/ })).toBeVisible();
  await page.keyboard.type('dir');
  await expect(completions(page).first()).toHaveText(/^direction/);
  await page.keyboard.press('Tab');
  await expect(box(page)).toHaveValue('rate(system_network_bytes_total{direction="');
  await expect(completions(page)).toHaveText([/^receive/, /^transmit/]);
  await page.keyboard.press('ArrowDown');
  await expect(completions(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(box(page)).toHaveValue('rate(system_network_bytes_total{direction="transmit"');

  await page.keyboard.type('}[');
  await page.keyboard.type('5');
  await expect(completions(page)).toHaveText([/^5s/, /^5m/, /^5h/, /^5d/, /^5w/]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('])');
  await page.keyboard.press('Enter');
  await answered(page);
  expect(asked(page, 'q')).toBe('rate(system_network_bytes_total{direction="transmit"}[5m])');
});

test('Esc closes the list, Ctrl+Space opens it, a click takes a line, and undo takes it back', async ({ page }) => {
  await open(page);
  await box(page).focus();
  await page.keyboard.press('Control+Space');
  await expect(completions(page).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(completions(page)).toHaveCount(0);
  await expect(box(page)).toBeFocused();
  await page.keyboard.type('histogram_q');
  await completions(page).first().click();
  await expect(box(page)).toHaveValue('histogram_quantile(');
  await expect(box(page)).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(box(page)).toHaveValue('histogram_q');
});

test('a fault is underlined where it is and told beneath, and nothing is asked', async ({ page }) => {
  const questions = [];
  page.on('request', (request) => request.url().includes('/api/v1/query') && questions.push(request.url()));
  await open(page);
  await box(page).fill('sum(up) bye (job)');
  await expect(page.locator('#query-error')).toHaveText(/^1:9: .*bye/);
  await expect(page.locator('.editor-copy mark')).toHaveText('bye');
  const mark = await page.locator('.editor-copy mark').boundingBox();
  const area = await box(page).boundingBox();
  expect(mark.x - area.x, 'behind eight letters').toBeGreaterThan(60);
  await expect(box(page)).toHaveAttribute('aria-invalid', 'true');
  await box(page).press('Enter');
  await expect(box(page)).toHaveValue('sum(up) bye (job)');
  expect(questions).toEqual([]);
  await box(page).fill('sum by (job) (up)');
  await expect(page.locator('#query-error')).toBeEmpty();
  await expect(box(page)).toHaveAttribute('aria-invalid', 'false');
});

test("the server's words are shown when it refuses", async ({ page, problems }) => {
  problems.foresee(/status of 4\d\d|status 4\d\d/);
  await open(page, `${CPU}[5m]`);
  await expect(result(page)).toHaveAttribute('data-state', 'failed');
  await expect(result(page).getByRole('alert')).toContainText('invalid expression type "range vector" for range query');
});

test('an answer without series says what to do', async ({ page }) => {
  await open(page, 'nothing_has_this_name');
  await expect(result(page)).toHaveAttribute('data-state', 'empty');
  await expect(result(page)).toContainText('choose a longer range');
});

test('the table has a column for each label and sorts by value', async ({ page }) => {
  await open(page, 'system_network_bytes_total', { tab: 'table' });
  await answered(page);
  const heads = result(page).locator('thead th');
  await expect(heads.first()).toHaveText('Metric');
  await expect(heads.filter({ hasText: 'direction' })).toBeVisible();
  const value = heads.last();
  await expect(value).toHaveText('Value');
  await value.getByRole('button').click();
  await expect(value).toHaveAttribute('aria-sort', 'descending');
  const values = await result(page).locator('tbody td.value').allTextContents();
  expect(values.length).toBeGreaterThan(1);
  expect(values.map(Number)).toEqual(values.map(Number).sort((a, b) => b - a));
  await expect(result(page).locator('tbody td.value').first()).toHaveCSS('text-align', 'right');
});

test('tabs are chosen by arrow keys and kept in the URL', async ({ page }) => {
  await open(page, CPU);
  await answered(page);
  await page.getByRole('tab', { name: 'Graph' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Table' })).toBeFocused();
  await expect.poll(() => asked(page, 'tab')).toBe('table');
  await expect(result(page).locator('tbody tr')).toHaveCount(1);
  await expect(result(page).locator('.board-chart')).toBeHidden();
  await page.goBack();
  await expect(page.getByRole('tab', { name: 'Graph' })).toHaveAttribute('aria-selected', 'true');
  await expect(result(page).locator('.board-chart')).toBeVisible();
});

test('a link gives the same picture', async ({ page }) => {
  // Something that has a value at every step, however young the server is.
  const query = 'sum(vector(2)) * 3 % 4';
  await open(page, query, { from: 'now-15m', to: 'now', step: '30s' });
  await answered(page);
  await expect(box(page)).toHaveValue(query);
  await expect(page.getByLabel('Step')).toHaveValue('30s');
  await expect(page.locator('.time-picker summary')).toContainText('Last 15 minutes');
  await page.getByLabel('Step').selectOption('1m');
  await expect.poll(() => asked(page, 'step')).toBe('1m');
  await page.keyboard.press('Escape');
  await page.locator('.time-picker summary').click();
  await page.getByRole('link', { name: 'Last 1 hour' }).click();
  await expect.poll(() => asked(page, 'from')).toBe('now-1h');
  expect(asked(page, 'q'), 'another range keeps the query').toBe(query);
  expect(asked(page, 'step')).toBe('1m');
  await answered(page);
});

test('a drag zooms in and keeps the query', async ({ page }) => {
  await open(page, CPU, { from: 'now-10s', to: 'now' });
  await answered(page);
  await expect(result(page).locator('.board-chart')).toHaveAttribute('data-drawn', 'true');
  const [start, end] = [await pointOn(page, 'result', 0.5), await pointOn(page, 'result', 0.9)];
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(end.x, end.y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => asked(page, 'from')).toMatch(/^20/);
  expect(asked(page, 'q')).toBe(CPU);
  await answered(page);
  await page.mouse.move(5, 5);
  await page.keyboard.press('Control+z');
  await expect.poll(() => asked(page, 'from')).toBe('now-10s');
});

test('the history lists what was run, newest first, and can be cleared', async ({ page }) => {
  await open(page);
  for (const query of ['vector(1)', 'vector(2)', 'vector(3)', 'vector(1)']) {
    await box(page).fill(query);
    await box(page).press('Enter');
    await expect.poll(() => asked(page, 'q')).toBe(query);
  }
  await box(page).fill('vector(4');
  await box(page).press('Control+ArrowUp');
  await expect(box(page)).toHaveValue('vector(1)');
  await box(page).press('Control+ArrowUp');
  await expect(box(page)).toHaveValue('vector(3)');
  await box(page).press('Control+ArrowDown');
  await box(page).press('Control+ArrowDown');
  await expect(box(page), 'what was being written comes back').toHaveValue('vector(4');

  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  const menu = page.locator('.history');
  await menu.locator('summary').click();
  await expect(menu.locator('.history-entry')).toHaveText(['vector(1)', 'vector(3)', 'vector(2)']);
  await menu.locator('.history-entry').nth(1).click();
  await expect.poll(() => asked(page, 'q')).toBe('vector(3)');
  await expect(box(page)).toHaveValue('vector(3)');
  await menu.locator('summary').click();
  await menu.getByRole('button', { name: 'Clear the history' }).click();
  await menu.locator('summary').click();
  await expect(menu.locator('.history-entry')).toHaveCount(0);
});

test('Format writes the query as it is read best', async ({ page }) => {
  await open(page);
  await box(page).fill('sum(rate(x[5m]))by(job)');
  await page.getByRole('button', { name: 'Format' }).click();
  await expect(box(page)).toHaveValue('sum by (job) (rate(x[5m]))');
});

test('while a new answer is on its way the old one is marked as old', async ({ page }) => {
  await open(page, CPU);
  await answered(page);
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route('**/api/v1/query_range', async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Run' }).click();
  await expect(result(page)).toHaveAttribute('data-state', 'renewing');
  await expect(result(page).locator('.result-facts')).toContainText('asking anew');
  await expect(result(page).locator('.legend-entry'), 'the last answer stays').toHaveCount(1);
  release();
  await answered(page);
});

test('a server that is away is told, and asked again when it is back', async ({ page, launch, problems }) => {
  // With the first move of a hand the page asks for more of its code.
  problems.foresee(/WebSocket|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|Failed to fetch/);
  const server = await launch({ flags: ['--collect-interval', '1s'] });
  await collected(server, 4000);
  await page.goto(`${server.url}${explore(CPU)}`);
  await answered(page);
  await server.stop();
  await page.getByRole('button', { name: 'Run' }).click();
  await expect(result(page)).toHaveAttribute('data-state', 'disconnected');
  await expect(result(page).getByRole('alert')).toContainText('The server does not answer');
  await expect(result(page).locator('.legend-entry'), 'the last answer stays').toHaveCount(1);
  await server.startAgain();
  await expect(result(page)).toHaveAttribute('data-state', 'ready', { timeout: 30_000 });
});

test('warnings and hints of the server, and the limit on series, are told', async ({ page }) => {
  const series = Array.from({ length: 101 }, (_, index) => ({
    metric: { __name__: 'many', number: String(index) },
    values: [[Math.floor(Date.now() / 1000) - 60, String(index)]],
  }));
  await page.route('**/api/v1/query_range', (route) => route.fulfill({
    json: {
      status: 'success',
      data: { resultType: 'matrix', result: series },
      warnings: ['a warning', 'results truncated due to limit'],
      infos: ['a hint'],
    },
  }));
  await open(page, 'many');
  await answered(page);
  await expect(result(page).locator('.note')).toHaveText([/Warning a warning/, /Info a hint/]);
  await expect(result(page).locator('.answer-cut')).toContainText('The first 100 series are drawn');
  await expect(result(page).locator('.legend-entry')).toHaveCount(100);
});

test('the legend shows one series alone, and the panel keeps its place in the sidebar', async ({ page }) => {
  await open(page, 'system_network_bytes_total');
  await answered(page);
  await expect(page.locator('.sidebar').getByRole('link', { name: 'Explore' })).toHaveAttribute('aria-current', 'page');
  const entries = panel(page, 'result').locator('.legend-entry');
  expect(await entries.count()).toBeGreaterThan(1);
  await entries.first().click();
  await expect(entries.nth(0)).toHaveAttribute('aria-pressed', 'true');
  await expect(entries.nth(1)).toHaveAttribute('aria-pressed', 'false');
});
