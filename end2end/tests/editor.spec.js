import { readFile } from 'node:fs/promises';
import { addPanel, boardPanel, call, dashboard, drawn, store } from '../boards.js';
import { collected } from '../charts.js';
import { expect, test } from '../fixtures.js';

/** Writes into a field of a form, and leaves it. */
async function put(page, selector, text) {
  await page.locator(selector).fill(text);
  await page.locator(selector).press('Tab');
}

const mistake = (page, selector) => page.locator('.form-field', { has: page.locator(selector) }).getByRole('alert');

test('what is wrong stands beside its field, and is not taken', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  await store(watchfire, dashboard('mistakes'));
  await page.goto('/d/mistakes?edit=1');
  await expect(page.getByRole('region', { name: 'Panel editor' })).toBeVisible();
  await page.getByText('Values', { exact: true }).click();
  await put(page, '#panel-field-decimals', '-3');
  await expect(mistake(page, '#panel-field-decimals')).toHaveText('must be a whole number from 0 to 255');
  await expect(page.locator('#panel-field-decimals')).toHaveValue('-3');
  await put(page, '#panel-field-decimals', '99');
  await expect(mistake(page, '#panel-field-decimals')).toHaveText('must be from 0 to 15');
  await put(page, '#panel-field-decimals', '2');
  await expect(mistake(page, '#panel-field-decimals')).toHaveCount(0);
  await page.locator('.panel-editor').getByText('Time', { exact: true }).click();
  await put(page, '#panel-time_range', 'abc');
  await expect(mistake(page, '#panel-time_range')).toContainText('abc');
  await expect(page.locator('.editor-preview .panel-own-time')).toHaveText('');
  await put(page, '#panel-time_range', '2m');
  await expect(page.locator('.editor-preview .panel-own-time')).toHaveText('last 2m');
  await page.locator('.panel-editor').getByText('Repeat', { exact: true }).click();
  await put(page, '#panel-repeat-variable', 'nobody');
  await expect(mistake(page, '#panel-repeat-variable')).toContainText('there is no variable "nobody"');
  await page.keyboard.press('Control+s');
  await expect(page.locator('.board-said')).toHaveText('Saved');
  const { dashboard: saved } = await call(watchfire, 'GET', '/api/v1/dashboards/mistakes');
  expect(saved.panels[0]).toMatchObject({ field: { decimals: 2 }, time_range: '2m' });
  expect(saved.panels[0].repeat).toBeUndefined();
});

test('a query shows by itself; two panels of one kind; the end of editing ends the editor, too', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  await page.goto('/d/new');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await addPanel(page, 'Time series');
  const query = page.getByRole('combobox', { name: 'Query in PromQL' });
  await expect(query).toBeFocused();
  await expect(page.locator('.editor-preview .panel-notice')).toContainText('There is no query yet.');
  // No key but those of its letters.
  await query.pressSequentially('system_memory_usage_bytes');
  await expect(page.locator('.editor-preview .board-chart')).toHaveAttribute('data-drawn', 'true');
  await page.getByRole('button', { name: '← Back to the dashboard' }).click();
  await expect(boardPanel(page, '1')).toBeFocused();
  await addPanel(page, 'Time series');
  await expect(query).toHaveValue('');
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('region', { name: 'Panel editor' })).toHaveCount(0);
  await expect(page.locator('.board-panel')).toHaveCount(2);
  await expect(page.locator('.unsaved')).toBeVisible();
  await page.locator('.sidebar').getByRole('link', { name: 'Explore' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL(/\/explore/);
});

test('a table is filtered by what it says, and shows one series after the other', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  const board = dashboard('tables');
  board.panels[0] = {
    id: 1, kind: 'table', title: 'Sizes', at: { x: 0, y: 0, w: 12, h: 8 },
    queries: [{ id: 'A', expr: 'label_replace(vector(36800000000), "host", "a", "", "") or label_replace(vector(5000), "host", "b", "", "")', instant: true }],
    field: { unit: 'bytes' }, view: { filterable: true },
  };
  board.panels[1] = { id: 2, kind: 'table', title: 'Series', at: { x: 12, y: 0, w: 12, h: 8 }, queries: [{ id: 'A', expr: 'system_cpu_core_usage_percent', legend: 'core {{core}}' }] };
  await store(watchfire, board);
  await page.goto('/d/tables');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  const rows = boardPanel(page, '1').locator('tbody tr');
  await expect(rows).toHaveCount(2);
  const filter = boardPanel(page, '1').getByLabel('Filter Value');
  await filter.fill('34.3 gib');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('34.3 GiB');
  await filter.fill('< 6000');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('4.88 KiB');
  await filter.fill('nothing like it');
  await expect(boardPanel(page, '1')).toContainText('No row fits');
  const choice = boardPanel(page, '2').getByLabel('Which series');
  await expect(boardPanel(page, '2').locator('thead')).toContainText('core 0');
  await choice.selectOption('core 1');
  await expect(boardPanel(page, '2').locator('thead')).toContainText('core 1');
  // The file has what is shown.
  await boardPanel(page, '2').getByLabel('Panel menu').click();
  const downloaded = page.waitForEvent('download');
  await boardPanel(page, '2').getByRole('button', { name: 'Download as CSV' }).click();
  const file = await downloaded;
  expect(file.suggestedFilename()).toBe('Series.csv');
  expect((await readFile(await file.path(), 'utf8')).split('\r\n')[0]).toContain('core 1');
});

test('a pinned tooltip stays, and what happened is written there', async ({ page, problems, watchfire }) => {
  problems.foresee(/409/);
  await collected(watchfire, 8000);
  await store(watchfire, dashboard('pinned'));
  await page.goto('/d/pinned');
  await drawn(page, '1');
  const chart = boardPanel(page, '1').locator('.board-chart');
  const box = await chart.boundingBox();
  const at = { x: box.x + box.width - 20, y: box.y + box.height / 2 };
  await page.mouse.move(at.x, at.y);
  await page.mouse.click(at.x, at.y);
  const tip = boardPanel(page, '1').locator('.chart-tooltip.pinned');
  const moment = await tip.locator('time').textContent();
  await page.mouse.move(at.x - 200, at.y);
  await page.mouse.move(10, 10);
  await expect(tip.locator('time')).toHaveText(moment);
  await tip.getByRole('button', { name: 'Annotate' }).click();
  const question = page.getByRole('dialog', { name: 'What happened here?' });
  // What was typed stays when the server refuses it, and why is told.
  const refuse = (route) => (route.request().method() === 'POST' ? route.fulfill({ status: 409, json: { status: 'error', errorType: 'refused', error: 'there are too many annotations' } }) : route.continue());
  await page.route('**/api/v1/annotations', refuse);
  await question.getByRole('textbox').fill('Deployed');
  await page.keyboard.press('Enter');
  const again = page.getByRole('dialog', { name: 'Not saved: there are too many annotations' });
  await expect(again.getByRole('textbox')).toHaveValue('Deployed');
  await page.unroute('**/api/v1/annotations', refuse);
  await again.getByRole('button', { name: 'Annotate' }).click();
  await expect.poll(async () => (await call(watchfire, 'GET', '/api/v1/annotations?dashboard=pinned')).map(({ text }) => text)).toEqual(['Deployed']);
});

test('an annotation is seen without a change to the dashboard, and is deleted where it is seen', async ({ page, watchfire }) => {
  await collected(watchfire, 8000);
  await store(watchfire, dashboard('marked'));
  const to = Date.now() - 1000;
  const from = to - 60_000;
  // Over most of the range, so that the middle of the chart is within it.
  await call(watchfire, 'POST', '/api/v1/annotations', { time: from + 5000, time_end: to - 5000, text: 'Maintenance', dashboard: 'marked' });
  await page.goto(`/d/marked?from=${from}&to=${to}`);
  await drawn(page, '1');
  const chart = boardPanel(page, '1').locator('.board-chart');
  const box = await chart.boundingBox();
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const tip = boardPanel(page, '1').locator('.chart-tooltip');
  await expect(async () => {
    await page.mouse.move(10, 10);
    await page.mouse.move(at.x, at.y);
    await expect(tip).toContainText('Maintenance', { timeout: 1000 });
  }).toPass();
  await expect(page.locator('.badge.unsaved')).toHaveCount(0);
  await page.mouse.click(at.x, at.y);
  await tip.getByRole('button', { name: 'Delete the annotation' }).click();
  await page.getByRole('dialog', { name: 'Delete the annotation' }).getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => call(watchfire, 'GET', '/api/v1/annotations?dashboard=marked')).toEqual([]);
});

test('lists stay in their panels', async ({ page, watchfire }) => {
  const board = dashboard('listed');
  board.panels[0] = { id: 1, kind: 'dashboard_list', title: 'Dashboards', at: { x: 0, y: 0, w: 6, h: 4 } };
  await store(watchfire, board);
  await page.goto('/d/listed');
  const list = boardPanel(page, '1').locator('.panel-list-area');
  await expect(list.getByRole('link', { name: 'Watchfire', exact: true })).toBeAttached();
  // Lists bring a sheet of their own.
  await expect.poll(() => page.evaluate(() => [...document.styleSheets].filter(({ href }) => href).length)).toBe(2);
  const [inside, panel] = [await list.boundingBox(), await boardPanel(page, '1').boundingBox()];
  expect(inside.y + inside.height).toBeLessThanOrEqual(panel.y + panel.height);
  expect(await list.evaluate((area) => area.scrollHeight > area.clientHeight)).toBe(true);
});
