import { addPanel, boardPanel, call, dashboard, drawn, store } from '../boards.js';
import { collected } from '../charts.js';
import { expect, test } from '../fixtures.js';

test('a dashboard is there in the HTML, and the browser takes it over and lives', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  await store(watchfire, dashboard('seen'));
  const html = await (await fetch(`${watchfire.url}/d/seen`)).text();
  expect(html, 'the first picture needs no script').toContain('chart-svg');
  expect(html).toContain('Test seen');
  await page.goto('/d/seen');
  await drawn(page, '1', '2');
  await expect(page.locator('.board-title')).toHaveText('Test seen');
  const before = await boardPanel(page, '2').locator('.board-chart').getAttribute('aria-label');
  expect(before).toMatch(/Uptime/);
  await expect
    .poll(() => boardPanel(page, '1').locator('canvas').evaluate((canvas) => canvas.toDataURL().length), { message: 'the picture moves' })
    .not.toBe(await boardPanel(page, '1').locator('canvas').evaluate((canvas) => canvas.toDataURL().length));
});

test('a dashboard is made from nothing by mouse, undone, saved and found', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  await page.goto('/dashboards');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await page.getByRole('link', { name: 'New dashboard' }).click();
  await expect(page.getByText('There are no panels yet.')).toBeVisible();
  await addPanel(page, 'Time series');
  await expect(page.getByRole('region', { name: 'Panel editor' })).toBeVisible();
  const query = page.getByRole('combobox', { name: 'Query in PromQL' });
  await query.fill('system_memory_usage_bytes');
  await query.press('Escape');
  await query.press('Enter');
  await page.locator('#panel-title').fill('Memory');
  await page.locator('#panel-title').press('Tab');
  await expect(page.locator('.editor-preview h2')).toHaveText('Memory');
  await expect(page.locator('.editor-preview .board-chart')).toHaveAttribute('data-drawn', 'true');
  await page.getByText('Values', { exact: true }).click();
  await page.locator('#panel-field-unit').fill('bytes');
  await page.locator('#panel-field-unit').press('Tab');
  await page.getByRole('button', { name: '← Back to the dashboard' }).click();
  await addPanel(page, 'Stat');
  await page.getByRole('button', { name: '← Back to the dashboard' }).click();
  await expect(page.locator('.board-panel')).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.board-panel')).toHaveCount(1);
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(page.locator('.board-panel')).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.locator('#settings-title').fill('Made by mouse');
  await page.locator('#settings-title').press('Tab');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const naming = page.getByRole('dialog', { name: 'Save the new dashboard' });
  await expect(naming.getByLabel('Title')).toHaveValue('Made by mouse');
  await naming.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(/\/d\/[a-z0-9]{12}/);
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  const uid = new URL(page.url()).pathname.slice(3);
  const { dashboard: saved, version } = await call(watchfire, 'GET', `/api/v1/dashboards/${uid}`);
  expect(version).toBe(1);
  expect(saved.title).toBe('Made by mouse');
  expect(saved.panels).toHaveLength(1);
  expect(saved.panels[0]).toMatchObject({ title: 'Memory', field: { unit: 'bytes' }, queries: [{ expr: 'system_memory_usage_bytes' }] });
  await page.goto('/dashboards');
  await page.getByLabel('Find dashboards').fill('by mouse');
  await page.getByRole('link', { name: 'Made by mouse' }).click();
  await drawn(page, '1');
  await call(watchfire, 'DELETE', `/api/v1/dashboards/${uid}`);
});

test('panels are moved, resized, doubled and taken away by keyboard', async ({ page, watchfire }) => {
  await store(watchfire, dashboard('keys'));
  await page.goto('/d/keys');
  await drawn(page, '1');
  await page.locator('body').press('e');
  const grip = boardPanel(page, '1').getByRole('button', { name: /^Move this panel/ });
  await grip.focus();
  await grip.press('ArrowRight');
  await grip.press('Shift+ArrowDown');
  const cell = (key) => boardPanel(page, key).locator('..').getAttribute('style');
  await expect.poll(() => cell('1')).toBe('--x:2;--y:1;--w:12;--h:9');
  await grip.press('Control+z');
  await expect.poll(() => cell('1')).toBe('--x:1;--y:1;--w:12;--h:8');
  await boardPanel(page, '2').getByRole('button', { name: 'Duplicate this panel' }).press('Enter');
  await expect(page.locator('.board-panel')).toHaveCount(3);
  await boardPanel(page, '3').getByRole('button', { name: 'Remove this panel' }).press('Enter');
  await expect(page.locator('.board-panel')).toHaveCount(2);
  await page.locator('body').press('Control+s');
  await expect(page.locator('.board-said')).toHaveText('Saved');
});

test('a panel is dragged and resized by mouse', async ({ page, watchfire }) => {
  await store(watchfire, dashboard('drag'));
  await page.goto('/d/drag');
  await drawn(page, '1');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const grip = await boardPanel(page, '2').getByRole('button', { name: /^Move this panel/ }).boundingBox();
  await page.mouse.move(grip.x + 5, grip.y + 5);
  await page.mouse.down();
  await page.mouse.move(grip.x + 305, grip.y + 5, { steps: 6 });
  await page.mouse.up();
  const place = () => boardPanel(page, '2').locator('..').getAttribute('style');
  await expect.poll(place).toMatch(/--x:1[789];--y:1;--w:6;--h:4/);
  const corner = await boardPanel(page, '2').locator('.panel-resize').boundingBox();
  await page.mouse.move(corner.x + 9, corner.y + 9);
  await page.mouse.down();
  await page.mouse.move(corner.x + 9, corner.y + 9 + 72, { steps: 4 });
  await page.mouse.up();
  await expect.poll(place).toMatch(/--h:6/);
});

test('a conflict is shown as a difference, and nothing is lost', async ({ page, problems, watchfire }) => {
  problems.foresee(/409/);
  await store(watchfire, dashboard('both'));
  await page.goto('/d/both');
  await drawn(page, '1');
  await page.locator('body').press('e');
  await boardPanel(page, '2').getByRole('button', { name: 'Remove this panel' }).click();
  const theirs = dashboard('both', { title: 'Theirs' });
  await call(watchfire, 'PUT', '/api/v1/dashboards/both?version=1', theirs);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Somebody else has saved this dashboard' });
  await expect(dialog).toContainText('panels[2]');
  await expect(dialog).toContainText('Theirs');
  await dialog.getByRole('button', { name: 'Save mine as the newest version' }).click();
  await expect(page.locator('.board-said')).toHaveText('Saved');
  const { version } = await call(watchfire, 'GET', '/api/v1/dashboards/both');
  expect(version).toBe(3);
  // The old one comes back.
  await page.getByRole('button', { name: 'Versions' }).click();
  await page.getByRole('button', { name: /^Version 2/ }).click();
  await expect(page.getByRole('dialog')).toContainText('Theirs');
  await page.getByRole('button', { name: 'Bring this version back' }).click();
  await expect(page.locator('.board-title')).toHaveText('Theirs');
  await expect(page.locator('.board-panel')).toHaveCount(2);
});

test('variables are in the URL, and panels follow them', async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  const board = dashboard('chosen', {
    variables: [
      { name: 'core', kind: 'query', query: 'label_values(system_cpu_core_usage_percent, core)', multi: true, include_all: true },
      { name: 'text', kind: 'text', choices: ['hello'] },
    ],
  });
  board.panels[0].queries[0] = { id: 'A', expr: 'system_cpu_core_usage_percent{core=~"$core"}', legend: 'core {{core}}' };
  board.panels[0].title = 'Cores $core, $text';
  await store(watchfire, board);
  await page.goto('/d/chosen?var-core=0');
  await drawn(page, '1');
  await expect(boardPanel(page, '1').locator('h2')).toHaveText('Cores 0, hello');
  await expect(boardPanel(page, '1').locator('.legend-name')).toHaveText(['core 0']);
  await page.locator('#variable-core').click();
  await page.getByRole('option', { name: 'All' }).click();
  await expect(page).toHaveURL(/var-core=%24__all/);
  await expect(boardPanel(page, '1').locator('.legend-name').nth(1)).toHaveText('core 1');
  await page.locator('#variable-text').fill('world');
  await page.locator('#variable-text').press('Enter');
  await expect(page).toHaveURL(/var-text=world/);
  await expect(boardPanel(page, '1').locator('h2')).toContainText('world');
});

test('a query that fails says where, in its own frame; a kind from the future survives a save', async ({ page, watchfire }) => {
  const board = dashboard('broken');
  board.panels[0].queries[0].expr = 'sum(rate(up[5m])';
  board.panels.push({ id: 7, kind: 'hologram', title: 'Later', at: { x: 0, y: 8, w: 6, h: 4 }, shine: 3 });
  await store(watchfire, board);
  await page.goto('/d/broken');
  await expect(boardPanel(page, '1')).toHaveAttribute('data-state', 'failed');
  await expect(boardPanel(page, '1').locator('.panel-notice')).toContainText('character');
  await expect(boardPanel(page, '7')).toContainText('hologram');
  await page.locator('body').press('e');
  await boardPanel(page, '2').getByRole('button', { name: 'Remove this panel' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('.board-said')).toHaveText('Saved');
  const { dashboard: saved } = await call(watchfire, 'GET', '/api/v1/dashboards/broken');
  expect(saved.panels.find(({ id }) => id === 7)).toMatchObject({ kind: 'hologram', shine: 3 });
});

test('one panel alone, and back; nothing around them as a kiosk', async ({ page, watchfire }) => {
  await store(watchfire, dashboard('alone'));
  await page.goto('/d/alone');
  await drawn(page, '1');
  await boardPanel(page, '1').locator('.board-chart').focus();
  await page.keyboard.press('v');
  await expect(page).toHaveURL(/panel=1/);
  await expect(page.locator('.board-panel')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(page.locator('.board-panel')).toHaveCount(2);
  await page.goto('/d/alone?kiosk=1');
  await drawn(page, '1');
  await expect(page.locator('.topbar')).toBeHidden();
});

test('who opens the values of a variable writes to find one, and no key of the page is pressed', async ({ page, watchfire }) => {
  const variables = [{ name: 'host', kind: 'list', choices: ['alpha', 'delta', 'omega'] }];
  await store(watchfire, dashboard('find', { variables }));
  await page.goto('/d/find');
  await drawn(page, '1');
  await page.locator('.variable-menu summary').click();
  await page.keyboard.type('del');
  await expect(page.getByLabel('Find or write a value')).toHaveValue('del');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/d\/find\?var-host=delta$/);
  await expect(page.locator('.variable-menu summary')).toHaveText('delta');
});

test('a dashboard of Grafana is imported, with what is lost listed', async ({ page, watchfire }) => {
  await page.goto('/dashboards');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByLabel('File', { exact: true }).setInputFiles('../crates/dashboard/tests/it/grafana/data/node-exporter-full.json');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading', { level: 3 })).toHaveText('“Node Exporter Full” with 125 panels');
  await dialog.getByLabel('Uid').fill('nodes');
  await dialog.getByRole('button', { name: 'Import' }).click();
  await expect(dialog.getByText('What cannot be carried over'), 'what was lost can still be read').toBeVisible();
  await dialog.getByRole('link', { name: 'Node Exporter Full' }).click();
  await expect(page).toHaveURL(/\/d\/nodes$/);
  await expect(page.locator('.board-title')).toHaveText('Node Exporter Full');
  await expect(page.locator('.row-heading').first()).toBeVisible();
});
