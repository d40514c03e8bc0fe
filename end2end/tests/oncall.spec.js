import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures.js';
import { call, push, makeRule, tell, open, ready, words, view, bare } from '../oncall.js';

test.beforeEach(async ({ problems }) => {
  // A question that is taken back, because the page is left.
  problems.foresee(/ERR_ABORTED/);
});

/** A configuration whose schedule has a gap each night. */
async function configured(launch) {
  const folder = await mkdtemp(join(tmpdir(), 'watchfire-oncall-'));
  const file = join(folder, 'alertmanager.yml');
  const day = "time_intervals: [{name: day, time_intervals: [{times: [{start_time: '06:00', end_time: '22:00'}]}]}]";
  const layer = '{start: 2026-01-05 09:00, every: 7d, receivers: [ann, bob], time_intervals: [day]}';
  await writeFile(file, `route: {receiver: ann}\nreceivers: [{name: ann}, {name: bob}]\n${day}\nschedules: [{name: web, time_zone: Europe/Berlin, layers: [${layer}]}]\n`);
  const server = await bare(launch, '--notify-config', file);
  return { server, clean: () => rm(folder, { recursive: true }) };
}

test('an alert is acknowledged, snoozed and resolved where it stands, and each is taken back', async ({ page, launch }) => {
  test.slow();
  const server = await bare(launch);
  await tell(server, { alertname: 'Slow', severity: 'high', host: 'a' });
  await open(page, `${server.url}/alerts`);
  const alert = page.locator('.alert-group .alert');
  await expect(alert.locator('.alert-state')).toHaveText('■ firing');

  // Without a name nothing is sent; what is wrong stands beside the button, and nothing typed is lost.
  await alert.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await expect(alert.getByLabel('Who')).toBeFocused();
  await alert.getByLabel('Note (optional)').fill('on it');
  await alert.getByRole('button', { name: 'Acknowledge it' }).click();
  await expect(alert.getByRole('alert')).toHaveText('write who says it, so that others know whom to ask');
  await alert.getByLabel('Who').fill('Ann');
  await page.keyboard.press('Enter');
  await expect(alert.locator('.alert-state')).toHaveText('◨ looked after');
  await expect(alert.locator('.handling-said')).toContainText(/◨ looked after by Ann .*: on it/);
  await expect(alert.getByRole('button', { name: 'Acknowledge', exact: true }), 'who uses keys goes on where they were').toBeFocused();
  await expect(words(page)).toHaveText('◆ 1 firing · 1 of them acknowledged');
  const told = await call(server, 'GET', '/api/v1/watchfire/alerts');
  expect(told.data.alerts[0].acknowledged).toMatchObject({ by: 'Ann', comment: 'on it' });
  await page.locator('select[name=state]').selectOption('open');
  await expect(alert).toHaveCount(0);
  await page.locator('select[name=state]').selectOption('');
  await alert.getByRole('button', { name: 'Take back' }).click();
  await expect(alert.locator('.alert-state')).toHaveText('■ firing');

  // Quiet for a length of time of one's own; who one is, is remembered.
  await alert.getByRole('button', { name: 'Snooze', exact: true }).click();
  await expect(alert.getByLabel('Who')).toHaveValue('Ann');
  await alert.getByLabel('For how long').fill('soon');
  await alert.getByRole('button', { name: 'Snooze it' }).click();
  await expect(alert.getByRole('alert')).toContainText('"soon" is no length of time');
  await alert.getByRole('button', { name: '4h' }).click();
  await expect(alert.getByLabel('For how long')).toHaveValue('4h');
  await alert.getByRole('button', { name: 'Snooze it' }).click();
  await expect(alert.locator('.alert-state')).toHaveText('⊘ muted');
  await expect(alert.locator('.handling-said')).toContainText('quiet, says Ann');
  await expect(alert.locator('.alert-muted'), 'it is told once').toHaveCount(0);
  const [silence] = await call(server, 'GET', '/api/v2/silences');
  const length = Date.parse(silence.endsAt) - Date.parse(silence.startsAt);
  expect(Math.abs(length - 4 * 3_600_000)).toBeLessThan(5000);
  await alert.getByRole('button', { name: 'Wake it' }).click();
  await expect(alert.locator('.alert-state')).toHaveText('■ firing');

  // Over, whatever its source says; and not.
  await alert.getByRole('button', { name: 'Resolve', exact: true }).click();
  await alert.getByRole('button', { name: 'Cancel' }).click();
  await expect(alert.locator('.handling-form')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(alert.getByLabel('Note (optional)')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(alert.locator('.handling-form')).toHaveCount(0);
  await expect(alert.getByRole('button', { name: 'Resolve', exact: true })).toBeFocused();
  await alert.getByRole('button', { name: 'Resolve', exact: true }).click();
  await alert.getByRole('button', { name: 'Resolve it' }).click();
  await expect(alert.locator('.alert-state')).toHaveText('✓ resolved');
  await expect(words(page)).toHaveText('✓ nothing fires · 1 resolved by hand');
  await alert.getByRole('button', { name: 'It is not over' }).click();
  await expect(alert).toHaveCount(0);
  await tell(server, { alertname: 'Slow', severity: 'high', host: 'a' });
  await expect(alert.locator('.alert-state')).toHaveText('■ firing');
});

test('what the server refuses stands beside the button', async ({ page, launch, problems }) => {
  problems.foresee(/status of 404|status 404/);
  const server = await bare(launch);
  await tell(server, { alertname: 'Slow' });
  await open(page, `${server.url}/alerts`);
  const alert = page.locator('.alert-group .alert');
  await alert.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await alert.getByLabel('Who').fill('Ann');
  // It is over before the word is said, and the page has not heard of it.
  await page.route('**/api/v1/watchfire/alerts/*/acknowledge', (route) =>
    route.fulfill({ status: 404, json: { status: 'error', errorType: 'not_found', error: 'no alert with this fingerprint fires' } }));
  await alert.getByRole('button', { name: 'Acknowledge it' }).click();
  await expect(alert.getByRole('alert')).toHaveText('not done: no alert with this fingerprint fires');
  await expect(alert.getByLabel('Who')).toHaveValue('Ann');
});

test('alerts are handled on the page of their rule and in a panel', async ({ page, launch }) => {
  const server = await bare(launch);
  await push(server, 'a', 90);
  await makeRule(server);
  const evaluated = async () => (await call(server, 'GET', '/api/v1/watchfire/rules/evaluated?uid=hot')).data.series.length;
  await expect.poll(evaluated).toBe(1);
  const urls = [];
  page.on('request', (request) => urls.push(request.url()));
  const isList = (url) => url.includes('/rules/evaluated?') && url.includes('limit=');
  await open(page, `${server.url}/alerts/rules/hot`);
  // What the rule saw, whatever becomes of the samples.
  const seen = page.getByRole('region', { name: 'As it was evaluated' });
  await expect(seen.locator('.timeline-name')).toHaveText('host="a"');
  await expect(seen.locator('path')).toHaveAttribute('d', /^M/);
  expect(urls.some(isList), 'nobody wants to see each of them yet').toBe(false);
  await seen.getByText('The last evaluations').click();
  await expect(seen.locator('tbody tr').first()).toContainText('90');
  const now = page.getByRole('region', { name: 'Alerts now' }).locator('.alert');
  await now.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await now.getByLabel('Who').fill('Ann');
  await now.getByRole('button', { name: 'Acknowledge it' }).click();
  await expect(now.locator('.handling-said')).toContainText('looked after by Ann');
  await expect(page.getByRole('region', { name: 'Changes' })).toContainText('by Ann');
  // It fires all the same, and its line says so.
  await expect(page.locator('.timeline-stretch[data-alert-state="firing"]').first()).toBeAttached();

  const panel = { id: 1, title: 'Alerts', kind: 'alert_list', at: { x: 0, y: 0, w: 12, h: 8 } };
  await call(server, 'POST', '/api/v1/dashboards', { uid: 'watch', title: 'Watch', panels: [panel] });
  await open(page, `${server.url}/d/watch`);
  const line = page.locator('.panel-list-area .alert');
  await expect(line.locator('.alert-state')).toHaveText('◨ looked after');
  await line.getByRole('button', { name: 'Take back' }).click();
  await expect(line.locator('.alert-state')).toHaveText('■ firing');
  await line.getByRole('button', { name: 'Handle' }).click();
  await line.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await line.getByRole('button', { name: 'Acknowledge it' }).click();
  await expect(line.locator('.alert-state')).toHaveText('◨ looked after');
});

test('a heartbeat is made, heard of, paused, changed and deleted', async ({ page, launch, problems }) => {
  problems.foresee(/status of 422|status 422/);
  const server = await bare(launch);
  await open(page, `${server.url}/alerts/heartbeats`);
  await ready(page);
  await expect(words(page)).toHaveText('○ nothing is waited for');
  await page.getByRole('link', { name: 'New heartbeat' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Backup');
  await page.getByLabel('Heard of at least every').fill('often');
  await page.getByLabel('More labels of its alert').fill('ops');
  await page.getByLabel('Name', { exact: true }).fill('');
  await page.getByRole('button', { name: 'Create' }).click();
  // All of it at once.
  await expect(page.locator('#heartbeat-labels-error')).toContainText('"ops" is no label');
  await expect(page.locator('#heartbeat-every-error')).toContainText('"often" is no length of time');
  await expect(page.locator('#heartbeat-name-error')).toContainText('a heartbeat needs a name');
  await page.getByLabel('Name', { exact: true }).fill('Backup');
  await page.getByLabel('More labels of its alert').fill('team="ops"');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.locator('#heartbeat-labels-error')).toHaveText('');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Backup');
  await page.getByLabel('Heard of at least every').fill('1h');
  await page.getByRole('button', { name: 'Create' }).click();

  // Its address is in sight at once, and works.
  await expect(page).toHaveURL(/\/alerts\/heartbeats\?open=backup/);
  const entry = page.locator('.heartbeat');
  await expect(entry.locator('.silence-state')).toHaveText('◔ never heard');
  await expect(entry).toContainText('every 1h and 1h of grace · team="ops" · never heard of');
  const lines = entry.locator('.snippet-lines');
  const address = await lines.first().textContent();
  await expect(lines.nth(1)).toHaveText(`curl -fsS ${address}`);
  await expect(lines.nth(2)).toContainText(`if your-job; then curl -fsS ${address}; else curl -fsS ${address}/fail; fi`);
  await expect(entry.getByRole('button', { name: /^Copy/ })).toHaveCount(3);
  const path = new URL(address).pathname;
  expect((await fetch(`${server.url}${path}`)).ok).toBe(true);
  await expect(entry.locator('.silence-state')).toHaveText('✓ up');
  await expect(entry).toContainText('heard of');
  await fetch(`${server.url}${path}/fail`);
  await expect(entry.locator('.silence-state')).toHaveText('▲ failed');
  await expect(words(page)).toHaveText('▲ 1 failed');

  await entry.getByRole('button', { name: 'Pause' }).click();
  await expect(entry.locator('.silence-state')).toHaveText('‖ paused');
  await entry.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Backup');
  await page.getByLabel('Name', { exact: true }).fill('Nightly backup');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(entry.locator('.alert-name')).toHaveText('Nightly backup');
  await expect(entry.locator('.silence-state'), 'what has no field stays').toHaveText('‖ paused');
  await entry.getByRole('button', { name: 'Resume' }).click();
  await expect(entry.locator('.silence-state')).toHaveText('▲ failed');
  await page.locator('select[name=state]').selectOption('well');
  await expect(entry).toHaveCount(0);
  await page.locator('select[name=state]').selectOption('');
  await entry.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(entry).toHaveCount(0);
});

test('a maintenance window is tried, planned, ended, changed and deleted', async ({ page, launch }) => {
  test.slow();
  const server = await bare(launch);
  await tell(server, { alertname: 'Slow', team: 'db' }, { alertname: 'Slow', team: 'web' });
  await open(page, `${server.url}/alerts/maintenance`);
  await expect(words(page)).toHaveText('✓ none is open');
  await page.getByRole('link', { name: 'Plan one' }).click();
  // The clocks of this browser.
  await expect(page.getByLabel('Time zone', { exact: true })).toHaveValue(/^Asia\/Kath?mandu$/);
  await page.getByLabel('Alerts that fulfil all of these').fill('team=db severity');
  await expect(page.locator('#window-matchers-error')).toContainText('a value with a blank needs quotes');
  await page.getByLabel('Time zone', { exact: true }).fill('Europe/Bielefeld');
  await expect(page.locator('#window-zone-error'), 'both at once, in plain words').toContainText(/^"Europe\/Bielefeld" is not a time zone/);
  await expect(page.locator('#window-matchers-error')).toContainText('needs quotes');
  await page.getByLabel('Time zone', { exact: true }).fill('Asia/Kathmandu');
  await page.getByLabel('Alerts that fulfil all of these').fill('team="db"');
  const preview = page.getByRole('region', { name: 'Preview' });
  await expect(preview).toContainText('1 alert that fires now would be muted:');
  await expect(preview.locator('.alert-labels')).toHaveText('team="db"');
  await expect(preview.locator('.window-times li')).toHaveCount(1);

  // Plain choices, and what is wrong beside its field.
  await page.getByLabel('Begins').fill('2026-01-05T02:00');
  await page.getByLabel('How often').selectOption('weekly');
  await page.getByLabel('Mon').uncheck();
  await expect(page.locator('.window-days').getByRole('alert')).toHaveText('choose a day at least');
  await page.getByLabel('Tue').check();
  await page.getByLabel('Thu').check();
  await expect(preview.locator('.window-times li')).toHaveCount(5);
  await page.getByLabel('Time zone', { exact: true }).fill('Europe/Bielefeld');
  await expect(page.locator('#window-zone-error')).toContainText('is not a time zone');
  await page.getByLabel('Time zone', { exact: true }).fill('Europe/Berlin');
  await expect(page.locator('#window-zone-error')).toHaveText('');
  await page.getByLabel('How often').selectOption('rule');
  await page.getByLabel('Rule (RFC 5545)').fill('FREQ=HOURLY');
  await expect(page.locator('#window-rule-error')).toContainText('FREQ=HOURLY is not understood');
  // All day and each day: it is open now.
  await page.getByLabel('Rule (RFC 5545)').fill('FREQ=DAILY');
  await page.getByRole('button', { name: '1d', exact: true }).click();
  await expect(preview).toContainText('It would be open now');
  await page.getByRole('button', { name: 'Plan it' }).click();
  await expect(page.locator('#window-name-error')).toHaveText('a window needs a name');
  await expect(page.locator('#window-author-error')).toContainText('write who plans it');
  await page.getByLabel('Name', { exact: true }).fill('Backups');
  await page.getByLabel('Who').fill('Ann');
  await page.getByLabel('Why').fill('the disks are busy');
  await page.getByRole('button', { name: 'Plan it' }).click();

  await expect(page).toHaveURL(/\/alerts\/maintenance$/);
  const entry = page.locator('.silence');
  await expect(entry.locator('.silence-state')).toHaveText('⊘ open');
  await expect(entry).toContainText('every day, Europe/Berlin');
  await expect(entry).toContainText('mutes 1 alert');
  await view(page, 'Now').click();
  await expect(words(page)).toHaveText('◆ 1 firing · 1 muted (in maintenance)');
  await expect(page.locator('.alert-muted')).toContainText('in the maintenance window Backups');
  await page.goBack();

  await entry.getByRole('button', { name: 'End' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await expect(entry.locator('.silence-state')).toHaveText('◔ coming');
  await entry.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByLabel('Begins')).toHaveValue('2026-01-05T02:00');
  await expect(page.getByLabel('How often')).toHaveValue('daily');
  await expect(page.getByText('Times that were ended by hand stay left out.')).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill('Copies');
  // Leaving asks first.
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(page.getByRole('dialog')).toContainText('not saved');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(entry).toContainText('Copies');
  await expect(entry.locator('.silence-state'), 'it stays ended').toHaveText('◔ coming');
  await entry.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(entry).toHaveCount(0);
});

test('a schedule tells who is on call, and when nobody is', async ({ page, launch }) => {
  const { server, clean } = await configured(launch);
  const told = (await call(server, 'GET', '/api/v1/watchfire/schedules')).data[0];
  await open(page, `${server.url}/alerts/schedules`);
  const schedule = page.getByRole('region', { name: 'web', exact: true });
  await expect(schedule.locator('.alerting-words')).toContainText(told.on_call ? `● ${told.on_call} is on call` : '✕ Nobody is on call');
  await expect(schedule.locator('.timeline-name')).toHaveText(['ann', 'bob', '✕ nobody']);
  // By night there is one that has begun, and one more at the end.
  await expect(schedule.locator('.schedule-gaps')).toContainText(/✕ Nobody is on call 2[89] times in the next four weeks/);
  const gaps = await schedule.locator('.timeline-stretch[data-shift="gap"]').count();
  await expect(schedule.locator('.schedule-gaps')).toContainText(`${gaps} times`);
  await schedule.getByText('Calendar', { exact: true }).click();
  const address = await schedule.locator('.snippet-lines').textContent();
  expect(address).toBe(`${server.url}/api/v1/watchfire/schedules/web/calendar`);
  expect(await (await fetch(address)).text()).toContain('BEGIN:VCALENDAR');
  await clean();
});

test('somebody takes over for a while, where the routing is kept here', async ({ page, launch }) => {
  const server = await bare(launch);
  const layer = '{start: 2026-01-05 09:00, every: 7d, receivers: [ann]}';
  const yaml = `route: {receiver: ann}\nreceivers: [{name: ann}, {name: cem}]\nschedules: [{name: web, time_zone: Asia/Tokyo, layers: [${layer}]}]\n`;
  await call(server, 'PUT', '/api/v1/watchfire/notify-config', { yaml, version: 0 });
  await open(page, `${server.url}/alerts/schedules`);
  const schedule = page.getByRole('region', { name: 'web', exact: true });
  await expect(schedule.locator('.alerting-words')).toContainText('● ann is on call');
  // It began before, and goes on after what is shown.
  await expect(schedule.locator('.shift')).toContainText('← all of what is shown →');
  await schedule.getByText('Somebody takes over').click();
  const form = schedule.getByRole('form', { name: 'Take over' });
  await form.getByRole('button', { name: 'Take over' }).click();
  await expect(schedule.getByRole('alert')).toHaveText('choose who takes over');
  await form.getByLabel('Who').selectOption('cem');
  const from = await form.getByLabel('From').inputValue();
  expect(Math.abs(Date.parse(`${from}:00+09:00`) - Date.now()), 'now, by the clock of the schedule').toBeLessThan(3 * 60_000);
  await form.getByLabel('Until').fill(`${Number(from.slice(0, 4)) + 1}-01-05T09:00`);
  await form.getByRole('button', { name: 'Take over' }).click();
  await expect(schedule.getByRole('status')).toContainText('Saved as version 2');
  await expect(schedule.locator('.alerting-words')).toContainText('● cem is on call');
  await expect(schedule.getByRole('alert')).toHaveCount(0);
});

test('what is not there is told', async ({ page, launch, problems }) => {
  problems.foresee(/status of 404|status 404/);
  const server = await bare(launch);
  await open(page, `${server.url}/alerts/incidents/none`);
  await expect(page.locator('.alerting')).toHaveAttribute('data-state', 'failed');
  await expect(page.locator('.alerting-bad').first()).toContainText('there is no incident "none"');
  await open(page, `${server.url}/alerts/heartbeats/none`);
  await expect(page.getByRole('alert')).toContainText('there is no heartbeat "none"');
  await open(page, `${server.url}/alerts/maintenance/none`);
  await expect(page.locator('.page-notice')).toContainText('none');
  expect((await fetch(`${server.url}/alerts/nowhere`)).status).toBe(404);
  await open(page, `${server.url}/alerts/schedules`);
  await expect(page.locator('.panel-none')).toContainText('There is no schedule.');
});

for (const theme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`no serious fault, and all fits, ${theme}, ${width} wide`, async ({ page, context, launch }, testInfo) => {
      test.slow();
      const { server, clean } = await configured(launch);
      await push(server, 'a', 90);
      await makeRule(server);
      await tell(server, { alertname: 'Slow', severity: 'warning', host: 'a', unit: 'a-unit-with-a-long-name.example.org' });
      const { data: { alerts } } = await call(server, 'GET', '/api/v1/watchfire/alerts');
      await call(server, 'POST', `/api/v1/watchfire/alerts/${alerts[0].fingerprint}/acknowledge`, { by: 'Ann', comment: 'on it' });
      const incidents = async () => (await call(server, 'GET', '/api/v1/watchfire/incidents')).data;
      await expect.poll(async () => (await incidents())[0]?.alerts).toBe(2);
      const [{ id }] = await incidents();
      await call(server, 'PUT', `/api/v1/watchfire/incidents/${id}`, { state: 'acknowledged', assignee: 'Ann', roles: { communication: 'Bob' }, by: 'Ann' });
      await call(server, 'POST', `/api/v1/watchfire/incidents/${id}/notes`, { text: 'a cable was loose', author: 'Ann' });
      const heartbeat = (name, every) => call(server, 'POST', '/api/v1/watchfire/heartbeats', { uid: name.toLowerCase(), heartbeat: { name, every } });
      await heartbeat('Backup', '1d');
      await heartbeat('Mail', '1s');
      const schedule = 'DTSTART;TZID=Europe/Berlin:20260105T000000\nDURATION:P1D\nRRULE:FREQ=DAILY';
      await call(server, 'POST', '/api/v1/watchfire/maintenance', { name: 'Backups', matchers: 'team="db"', schedule, comment: 'busy', created_by: 'Ann' });
      await context.addCookies([{ name: 'watchfire_theme', value: theme, url: server.url }]);
      await page.setViewportSize({ width, height: 900 });
      const pages = {
        now: ['/alerts', '.handling-said', (page) => page.getByRole('button', { name: 'Snooze', exact: true }).first().click()],
        rule: ['/alerts/rules/hot', '.alert-group .alert'],
        incidents: ['/alerts/incidents', '.incident'],
        incident: [`/alerts/incidents/${id}`, '.rule-chart', async (page) => {
          await page.getByRole('button', { name: 'Show the values of Hot' }).click();
          await expect(page.locator('.incident-chart .board-chart')).toHaveAttribute('data-drawn', 'true');
        }],
        heartbeats: ['/alerts/heartbeats?open=backup', '.heartbeat [open] .snippet'],
        heartbeat: ['/alerts/heartbeats/backup', '.alert-form'],
        windows: ['/alerts/maintenance', '.silence'],
        window: ['/alerts/maintenance/new?matchers=host%3Da', '.window-times li', async (page) => {
          await page.getByLabel('How often').selectOption('weekly');
          await expect(page.locator('.window-times li')).toHaveCount(5);
        }],
        schedules: ['/alerts/schedules', '.timeline-stretch[data-shift="gap"]'],
      };
      for (const [name, [path, there, bring]] of Object.entries(pages)) {
        await open(page, `${server.url}${path}`);
        await expect(page.locator(there).first(), path).toBeVisible();
        await bring?.(page);
        await page.screenshot({ path: testInfo.outputPath(`${name}.png`), fullPage: true });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(wide, `pixels beyond the right edge of ${path}`).toBe(0);
        const { passes, violations } = await new AxeBuilder({ page }).analyze();
        expect(passes.length, 'rules that had something to look at').toBeGreaterThan(15);
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(grave.flatMap(({ id: fault, nodes }) => nodes.map(({ target: at, failureSummary }) => `${fault}: ${at.join(' ')}: ${failureSummary}`)), path).toEqual([]);
      }
      await clean();
    });
  }
}
