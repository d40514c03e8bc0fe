import { createServer } from 'node:http';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures.js';

test.beforeEach(async ({ problems }) => {
  // A question that is taken back, because the page is left.
  problems.foresee(/ERR_ABORTED/);
});

/** A receiver of webhooks that keeps what comes. */
async function sink() {
  const bodies = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      bodies.push(body);
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { bodies, url: `http://127.0.0.1:${server.address().port}/hook`, close: () => new Promise((resolve) => server.close(resolve)) };
}

async function call(server, method, path, body) {
  const response = await fetch(`${server.url}${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${text}`).toBe(true);
  return text ? JSON.parse(text) : undefined;
}

async function open(page, url) {
  await page.goto(url);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
}

const tab = (page, name) => page.getByRole('group', { name: 'What to change' }).getByRole('button', { name, exact: true });
const said = (page) => page.locator('.edit-said');
const state = (page) => page.getByRole('form', { name: 'Save' }).locator('.alerting-words');

test('a receiver and a route are made by form, tried, saved, and an earlier version comes back', async ({ page, launch, problems }, testInfo) => {
  // What is typed is not always a configuration, and where alerts would go cannot be said of it.
  problems.foresee(/422|ERR_CONNECTION_REFUSED/);
  test.slow();
  const hook = await sink();
  const server = await launch({ flags: ['--no-collect'] });
  await open(page, `${server.url}/alerts/routing`);
  await expect(page.locator('.alerting-summary .alerting-words')).toContainText('nobody is told');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await expect(page).toHaveURL(/edit=yes/);
  await expect(state(page)).toHaveText('○ Nothing is saved yet, and nothing is changed.');

  // A receiver with a webhook; what is wrong is told beside its field.
  await tab(page, 'Receivers').click();
  await page.getByRole('button', { name: 'Add a receiver' }).click();
  await page.getByLabel('Name', { exact: true }).fill('web');
  await page.getByLabel('Name', { exact: true }).press('Tab');
  await page.getByLabel('Add a channel').selectOption({ label: 'webhook' });
  await expect(page.locator('.edit-flaws')).toContainText('url');
  await page.getByLabel('Address', { exact: true }).fill('ftp://nowhere');
  await expect(page.locator('[id="at-receivers-1-webhook_configs-0-url-error"]')).toContainText('http://');
  await page.getByLabel('Address', { exact: true }).fill(hook.url);
  await expect(state(page)).toContainText('Changes that are not saved');

  // It can be tried before it is saved.
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send it' }).click();
  await expect(page.locator('.receiver-said')).toContainText('delivered in');
  expect(hook.bodies.at(-1)).toContain('TestNotification');

  // A route to it.
  await tab(page, 'Routes').click();
  await page.getByRole('button', { name: /^Add a route below/ }).first().click();
  await page.getByLabel('Takes alerts with, a condition a line').fill('team=web severity');
  await expect(page.locator('[id="at-route-routes-0-matchers-error"]')).toContainText('a value with a blank needs quotes');
  await page.getByLabel('Takes alerts with, a condition a line').fill('team="web"');
  await page.getByLabel('Receiver', { exact: true }).selectOption('web');
  await page.getByLabel('First message after').fill('0s');
  await page.getByLabel('Labels of an alert').fill('alertname="Slow" team="web"');
  await expect(page.locator('#route-labels-error')).toContainText('write a comma before');
  await page.getByLabel('Labels of an alert').fill('alertname="Slow", team="web"');
  await expect(page.locator('.way-taken strong')).toHaveText('✓ web');
  await expect(page.locator('.route[data-outcome="takes"]')).toContainText('team="web" → web');

  // Leaving asks first.
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Silences' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(/\/alerts\/routing/);
  await page.screenshot({ path: testInfo.outputPath('routes.png'), fullPage: true });

  await page.getByPlaceholder('what you changed').fill('The web team hears of its alerts');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(said(page)).toHaveText('✓ Saved as version 1; notifications follow it.');
  await call(server, 'POST', '/api/v2/alerts', [{ labels: { alertname: 'Slow', team: 'web' } }]);
  await expect.poll(() => hook.bodies.some((body) => body.includes('Slow'))).toBe(true);

  // It is there after a reload, without its secret, and a receiver that is named can't go.
  await page.reload();
  await expect(state(page)).toHaveText('✓ No changes since version 1.');
  await tab(page, 'YAML').click();
  const yaml = page.getByLabel('The configuration as YAML');
  await expect(yaml).toHaveValue(/<secret:1>/);
  expect(await yaml.inputValue()).not.toContain('/hook');
  await tab(page, 'Receivers').click();
  await page.getByRole('button', { name: 'Remove the receiver web' }).click();
  await expect(page.getByText('web is still named by a route; change that first')).toBeVisible();

  // Problems stand at their lines.
  await tab(page, 'YAML').click();
  await yaml.fill(`${await yaml.inputValue()}inhibit_rule: []\n`);
  await expect(page.locator('.yaml-lines [data-flawed="true"]')).toHaveCount(1);
  await expect(page.locator('.edit-flaws')).toContainText('did you mean "inhibit_rules"?');
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  await page.getByRole('button', { name: 'Drop changes' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop them' }).click();
  await expect(said(page)).toContainText('dropped');

  // A name is followed, and then the version before comes back.
  await tab(page, 'Receivers').click();
  await page.locator('summary').filter({ hasText: 'web · webhook' }).click();
  await page.getByLabel('Name', { exact: true }).fill('site');
  await page.getByLabel('Name', { exact: true }).press('Tab');
  await tab(page, 'Routes').click();
  await expect(page.locator('.route summary').nth(1)).toHaveText('team="web" → site');
  await expect(state(page)).toContainText('Changes that are not saved');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(said(page)).toContainText('version 2');
  await tab(page, 'Versions').click();
  await page.getByRole('button', { name: 'Restore version 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await expect(said(page)).toContainText('version 3');
  await tab(page, 'Routes').click();
  await expect(page.locator('.route summary').nth(1)).toHaveText('team="web" → web');
  await call(server, 'POST', '/api/v2/alerts', [{ labels: { alertname: 'Again', team: 'web' } }]);
  await expect.poll(() => hook.bodies.some((body) => body.includes('Again'))).toBe(true);
  await hook.close();
});

test('somebody else was faster, and nothing is lost', async ({ page, launch, problems }) => {
  problems.foresee(/409/);
  const server = await launch({ flags: ['--no-collect'] });
  await open(page, `${server.url}/alerts/routing?edit=yes`);
  await tab(page, 'Receivers').click();
  await page.getByRole('button', { name: 'Add a receiver' }).click();
  await expect(state(page)).toContainText('Changes that are not saved');
  const theirs = 'route: {receiver: theirs}\nreceivers: [{name: theirs}]\n';
  await call(server, 'PUT', '/api/v1/watchfire/notify-config', { yaml: theirs, version: 0 });
  // The browser tells of the refusal by itself.
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const conflict = page.getByRole('alert', { name: 'Conflict' });
  await expect(conflict).toContainText('version 1');
  // Not while there is something to mend.
  const mine = conflict.getByRole('button', { name: 'Save mine as the newest version' });
  await page.getByLabel('Add a channel').selectOption({ label: 'webhook' });
  await expect(mine).toBeDisabled();
  await expect(conflict).toContainText('can be saved when its problems are mended');
  await page.getByRole('button', { name: 'Remove webhook', exact: true }).click();
  await expect(mine).toBeEnabled();
  await conflict.getByRole('button', { name: 'Show theirs' }).click();
  await expect(conflict.locator('pre')).toContainText('theirs');
  await conflict.getByRole('button', { name: 'Save mine as the newest version' }).click();
  await expect(said(page)).toContainText('version 2');
  await expect(page.locator('summary').filter({ hasText: 'receiver-2' })).toBeVisible();
});

test('a mail is shown as it is written, before it is saved', async ({ page, launch, problems }) => {
  // A template that fails is refused; and nothing in a mail may run, which the browser says.
  problems.foresee(/status (of )?422|about:srcdoc|sandboxed/);
  const server = await launch({ flags: ['--no-collect'] });
  const yaml = [
    'route: {receiver: team}',
    'receivers:',
    '  - {name: team, email_configs: [{to: a@example.org, from: b@example.org, smarthost: "127.0.0.1:9"}]}',
    '  - {name: boss}',
    '',
  ].join('\n');
  await call(server, 'PUT', '/api/v1/watchfire/notify-config', { yaml, version: 0 });
  const pushed = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: 'temperature{host="a"} 90\n' });
  expect(pushed.ok).toBe(true);
  await call(server, 'POST', '/api/v1/watchfire/rules', { uid: 'hot', rule: { name: 'Hot', query: 'temperature', condition: { is: 'above', threshold: 80 } } });
  await open(page, `${server.url}/alerts/routing?edit=yes`);
  await tab(page, 'Receivers').click();
  await page.locator('summary').filter({ hasText: 'team · email' }).click();
  await page.locator('summary').filter({ hasText: 'email a@example.org' }).click();
  await expect(page.getByLabel('TLS from the first byte (port 465)')).toHaveValue('');
  await page.getByLabel('Subject (a template)').fill('{{ .Status }}: {{ .Receiver }}');
  await page.getByLabel('Body in HTML (a template)').fill('<b>mine</b>');
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.locator('.mail-subject')).toHaveText('Subject: firing: team');
  const mail = page.locator('iframe.mail-preview');
  await expect(mail).toHaveAttribute('srcdoc', '<b>mine</b>');
  await expect(mail).toHaveAttribute('sandbox', '');
  await expect(page.locator('.mail-text')).toContainText('TestNotification');
  // With a sample in place of the chart of a rule.
  await page.getByLabel('Body in HTML (a template)').fill('<img src="cid:chart">');
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(mail).toHaveAttribute('srcdoc', /^<img src="data:image\/png;base64,/);
  // Or with the chart of one that is chosen.
  await page.getByLabel('Rule whose chart the preview shows').selectOption('Hot');
  const asked = page.waitForRequest((request) => request.url().endsWith('/receivers/team/preview'));
  await page.getByRole('button', { name: 'Preview' }).click();
  expect((await asked).postDataJSON().rule).toBe('hot');
  await page.getByLabel('Rule whose chart the preview shows').selectOption('a sample');
  await page.getByLabel('Body in HTML (a template)').fill('{{ template "none" . }}');
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByText(/html: a template fails/).first()).toBeVisible();
});

test('before anything is configured nobody is a receiver', async ({ page, launch }) => {
  const server = await launch({ flags: ['--no-collect'] });
  await open(page, `${server.url}/alerts/rules/new`);
  const receivers = page.getByRole('group', { name: 'Receivers' });
  await expect(receivers).toContainText('Nobody is told yet');
  await expect(receivers.getByRole('checkbox')).toHaveCount(0);
  await page.getByLabel('Name', { exact: true }).fill('Hot');
  const told = page.getByRole('region', { name: 'Who is told' });
  await expect(told).toContainText('Nobody is told yet');
  await expect(told).not.toContainText('✓');
  await expect(told.getByRole('button', { name: 'Send a test' })).toBeDisabled();
});

test('a rule is told as the routing says, or straight to some', async ({ page, launch }) => {
  const server = await launch({ flags: ['--no-collect'] });
  const yaml = 'route: {receiver: team}\nreceivers: [{name: team}, {name: boss}]\n';
  await call(server, 'PUT', '/api/v1/watchfire/notify-config', { yaml, version: 0 });
  await open(page, `${server.url}/alerts/rules/new`);
  await page.getByLabel('Name', { exact: true }).fill('Hot');
  const receivers = page.getByRole('group', { name: 'Receivers' });
  await expect(receivers.getByLabel('As the routing says')).toBeChecked();
  await receivers.getByLabel('boss').check();
  await expect(receivers).toContainText('Straight to boss');
  await expect(receivers.getByLabel('As the routing says')).not.toBeChecked();
  await expect(page.getByRole('region', { name: 'Who is told' })).toContainText('receivers="boss"');
});

test('schedules, rules and times by form; wide and narrow, dark and light', async ({ page, launch }, testInfo) => {
  test.slow();
  const server = await launch({ flags: ['--no-collect'] });
  const yaml = [
    'route: {receiver: team, group_by: [alertname], routes: [{matchers: [team="web"], receiver: web}]}',
    'receivers:',
    '  - {name: team, email_configs: [{to: a@example.org, from: b@example.org, smarthost: "127.0.0.1:9"}]}',
    '  - {name: web, webhook_configs: [{url: "http://127.0.0.1:9/"}], escalation_configs: [{schedule: web}]}',
    'schedules: [{name: web, layers: [{start: 2026-01-05 09:00, every: 7d, receivers: [team]}]}]',
    '',
  ].join('\n');
  await call(server, 'PUT', '/api/v1/watchfire/notify-config', { yaml, version: 0 });
  await open(page, `${server.url}/alerts/routing?edit=yes`);
  await tab(page, 'Schedules').click();
  await expect(page.getByRole('list', { name: 'On call' })).toContainText('web: ✓ team is on call');
  await page.locator('summary').filter({ hasText: 'schedule web' }).click();
  await page.getByRole('button', { name: 'Add an override' }).click();
  await page.getByLabel('Who stands in').selectOption('web');
  await page.getByRole('textbox', { name: 'From', exact: true }).and(page.locator('[id^="at-"]')).fill('2026-04-01 12:00');
  await page.getByRole('textbox', { name: 'To', exact: true }).and(page.locator('[id^="at-"]')).fill('2026-04-02 12:00');
  await tab(page, 'Muting and times').click();
  await page.getByRole('button', { name: 'Add an inhibit rule' }).click();
  await page.getByLabel('While an alert fires with, a condition a line').fill('severity="critical"');
  await page.getByLabel('nobody is told of alerts with').fill('severity="warning"');
  await page.getByLabel('if both have the same').fill('host, ');
  await page.getByRole('button', { name: 'Add a time interval' }).click();
  await page.getByLabel('Name', { exact: true }).last().fill('nights');
  await page.locator('summary').filter({ hasText: /^time$/ }).click();
  await page.getByLabel('Days of the week').fill('monday:friday');
  await page.getByRole('button', { name: 'Add a part of the day' }).click();
  await page.getByRole('textbox', { name: 'From', exact: true }).and(page.locator('[id^="at-"]')).fill('22:00');
  await page.getByRole('textbox', { name: 'To', exact: true }).and(page.locator('[id^="at-"]')).fill('24:00');
  await expect(state(page)).toContainText('Changes that are not saved');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(said(page)).toContainText('version 2');
  const { data } = await call(server, 'GET', '/api/v1/watchfire/notify-config');
  expect(data.document.inhibit_rules).toEqual([{ source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'], equal: ['host'] }]);
  expect(data.document.time_intervals).toEqual([{ name: 'nights', time_intervals: [{ weekdays: ['monday:friday'], times: [{ start_time: '22:00', end_time: '24:00' }] }] }]);
  expect(data.document.schedules[0].overrides).toEqual([{ receiver: 'web', from: '2026-04-01 12:00', to: '2026-04-02 12:00' }]);

  for (const [theme, width] of [['dark', 1440], ['light', 1440], ['dark', 390], ['light', 390]]) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    for (const name of ['Routes', 'Receivers', 'Schedules', 'Escalation', 'Muting and times', 'General', 'YAML', 'Versions']) {
      await tab(page, name).click();
      const summary = page.locator('.alert-form summary').last();
      if (await summary.count()) {
        await summary.click();
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wide, `${name} at ${width}`).toBeLessThanOrEqual(0);
      const found = await new AxeBuilder({ page }).include('.alerting').analyze();
      expect(found.violations.map((violation) => `${name}: ${violation.id} ${violation.nodes[0].html}`)).toEqual([]);
      await page.screenshot({ path: testInfo.outputPath(`${theme}-${width}-${name.split(' ')[0]}.png`), fullPage: true });
    }
  }
});

test('an escalation policy by form: levels, the tester, what mutes, and what a version changed', async ({ page, launch }) => {
  const server = await launch({ flags: ['--no-collect'] });
  const yaml = '# ours\nroute: {receiver: team}\nreceivers: [{name: team}, {name: mail}, {name: pager}]\n';
  await call(server, 'PUT', '/api/v1/watchfire/notify-config', { yaml, version: 0 });
  await call(server, 'POST', '/api/v2/silences', {
    matchers: [{ name: 'alertname', value: 'Slow', isRegex: false, isEqual: true }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: 'ann',
    comment: 'known',
  });
  await open(page, `${server.url}/alerts/routing?edit=yes`);
  await tab(page, 'Escalation').click();
  await page.getByRole('button', { name: 'Add an escalation policy' }).click();
  await page.getByLabel('Name', { exact: true }).fill('levels');
  await page.locator('summary').filter({ hasText: 'step: at once nobody yet' }).click();
  await page.getByLabel('After (nothing: with the first message)').fill('5m');
  await page.getByLabel('Who is told', { exact: true }).fill('mail, pager');
  await page.getByLabel('Only of alerts of the severities').fill('critical, outage');
  await expect(page.locator('summary').filter({ hasText: 'step: after 5m mail, pager, only of critical or outage' })).toBeVisible();
  await tab(page, 'Routes').click();
  await page.locator('summary').filter({ hasText: 'every alert' }).click();
  await page.getByLabel('If nobody looks after it, by the policy').selectOption('levels');
  await page.getByLabel('Labels of an alert').fill('alertname="Slow", severity="outage"');
  await expect(page.locator('.way-later')).toHaveText('if nobody acknowledges (policy levels): after 5m mail and pager');
  const muting = page.getByRole('list', { name: 'What mutes it' }).getByRole('link', { name: 'known' });
  await expect(muting).toHaveAttribute('href', /^\/alerts\/silences\//);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(said(page)).toContainText('version 2');
  const { data } = await call(server, 'GET', '/api/v1/watchfire/notify-config');
  expect(data.document.escalation_policies).toEqual([{ name: 'levels', steps: [{ after: '5m', receivers: ['mail', 'pager'], severities: ['critical', 'outage'] }] }]);
  await tab(page, 'Versions').click();
  await page.getByRole('button', { name: 'What version 2 changed' }).click();
  await expect(page.locator('.edit-diff del').filter({ hasText: '# ours' })).toBeVisible();
  await expect(page.locator('.edit-diff ins').filter({ hasText: 'escalation_policies:' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'What version 1 changed' }), 'nothing is kept from before it').toBeDisabled();

  // Who uses a policy follows its name, and keeps it there.
  await tab(page, 'Escalation').click();
  await page.locator('summary').filter({ hasText: 'escalation policy levels' }).click();
  await page.getByLabel('Name', { exact: true }).fill('grades');
  await page.getByLabel('Name', { exact: true }).press('Tab');
  await page.getByRole('button', { name: 'Remove escalation policy grades' }).click();
  await expect(page.getByText('grades is still named by a route; change that first')).toBeVisible();
  await tab(page, 'Versions').click();
  await page.getByRole('button', { name: 'Version 2 against what counts now' }).click();
  await expect(page.getByText('No differences.')).toBeVisible();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(said(page)).toContainText('version 3');
  await expect(page.getByText('No differences.'), 'another version counts now').toHaveCount(0);
  const saved = await call(server, 'GET', '/api/v1/watchfire/notify-config');
  expect(saved.data.document.route.escalation_policy).toBe('grades');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Escalation policies' })).toContainText('after 5m mail and pager (only severity critical or outage)');
});

test('what a file says is shown, and not changed', async ({ page, launch }) => {
  const { mkdtemp, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const dir = await mkdtemp(join(tmpdir(), 'routing-'));
  const file = join(dir, 'alertmanager.yml');
  await writeFile(file, 'route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: "http://127.0.0.1:9/hidden"}]}]\n');
  const server = await launch({ flags: ['--no-collect', '--notify-config', file] });
  await open(page, `${server.url}/alerts/routing`);
  await page.getByRole('button', { name: 'Show as YAML' }).click();
  await expect(page.getByText('which alone can change it')).toBeVisible();
  await expect(page.locator('.edit-version')).toContainText('<secret:1>');
  await expect(page.locator('.edit-version')).not.toContainText('hidden');
});
