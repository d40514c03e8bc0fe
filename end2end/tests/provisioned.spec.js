import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boardPanel, call, dashboard, drawn } from '../boards.js';
import { collected } from '../charts.js';
import { expect, test } from '../fixtures.js';

let folder;

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchfire-dashboards-'));
});

test.afterEach(async () => rm(folder, { recursive: true, force: true }));

const write = (name, board) => writeFile(join(folder, name), JSON.stringify(board, null, 2));
const titleOf = async (server, uid) => (await call(server, 'GET', `/api/v1/dashboards/${uid}`)).dashboard.title;

test('a file is a dashboard, and what changes on disk shows up', async ({ page, launch }) => {
  await write('team.json', dashboard('team', { title: 'Of the team' }));
  const server = await launch({
    flags: ['--collect-interval', '1s', '--dashboards-dirs', folder, '--dashboards-reload-interval', '200ms'],
  });
  await collected(server, 3000);
  await page.goto(`${server.url}/d/team`);
  await drawn(page, '1', '2');
  await expect(page.locator('.board-title')).toHaveText('Of the team');
  await expect(page.getByRole('button', { name: 'from a file' })).toBeVisible();

  const changed = dashboard('team', { title: 'Of the whole team' });
  changed.panels[1].title = 'Awake for';
  await write('team.json', changed);
  await expect.poll(() => titleOf(server, 'team')).toBe('Of the whole team');
  await page.reload();
  await drawn(page, '1', '2');
  await expect(page.locator('.board-title')).toHaveText('Of the whole team');
  await expect(boardPanel(page, '2').locator('h2')).toHaveText('Awake for');

  // A file that can't be read leaves what was there, and says where it is wrong.
  await writeFile(join(folder, 'team.json'), '{"schema": 1,\n "title": }');
  const errors = async () => (await call(server, 'GET', '/api/v1/provisioning')).errors;
  await expect.poll(async () => (await errors())[0]?.line).toBe(2);
  await page.goto(`${server.url}/dashboards`);
  await expect(page.locator('.boards-faults')).toContainText('A file cannot be taken in');
  await expect(page.locator('.boards-faults')).toContainText('team.json:2: ');
  expect(await titleOf(server, 'team')).toBe('Of the whole team');
  await write('team.json', changed);
  await expect.poll(async () => (await errors()).length).toBe(0);
  await expect(page.locator('.boards-faults')).toBeEmpty();

  // A folder below is a folder; a file that goes takes its dashboard along.
  await mkdir(join(folder, 'Databases'));
  await write('Databases/queries.json', dashboard('queries', { title: 'Slow queries' }));
  await expect.poll(() => titleOf(server, 'queries').catch(() => '')).toBe('Slow queries');
  await page.goto(`${server.url}/dashboards`);
  const section = page.locator('.board-folder', { has: page.getByRole('heading', { name: 'Databases' }) });
  await expect(section.getByRole('link', { name: 'Slow queries' })).toBeVisible();
  await rm(join(folder, 'Databases'), { recursive: true });
  await expect.poll(() => titleOf(server, 'queries').catch(() => '')).toBe('');
  await page.reload();
  await expect(page.getByRole('link', { name: 'Of the whole team' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Slow queries' })).toHaveCount(0);
});

test('what is changed here is kept beside the file, and can be taken back', async ({ page, launch }) => {
  await write('ours.json', dashboard('ours', { title: 'From the file' }));
  const server = await launch({
    flags: ['--collect-interval', '1s', '--dashboards-dirs', folder, '--dashboards-reload-interval', '200ms'],
  });
  await collected(server, 3000);
  await page.goto(`${server.url}/d/ours`);
  await drawn(page, '1');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await boardPanel(page, '2').getByRole('button', { name: 'Remove this panel' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('.board-said')).toHaveText('Saved');
  await page.reload();
  await expect(page.locator('.board-panel')).toHaveCount(1);
  await page.getByRole('button', { name: 'differs from its file' }).click();
  const dialog = page.getByRole('dialog', { name: 'The file of this dashboard' });
  await expect(dialog).toContainText('panels[');
  await dialog.getByRole('button', { name: 'Back to the file' }).click();
  await page.getByRole('dialog', { name: 'Go back to what the file says?' }).getByRole('button', { name: 'Go back to the file' }).click();
  await expect(page.getByRole('button', { name: 'from a file' })).toBeVisible();
  await drawn(page, '1', '2');
  expect((await call(server, 'GET', '/api/v1/dashboards/ours')).dashboard.panels).toHaveLength(2);
});
