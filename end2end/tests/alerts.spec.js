import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { asked, box } from '../explore.js';
import { expect, test } from '../fixtures.js';

test.beforeEach(async ({ problems }) => {
  // A question that is taken back, because the page is left.
  problems.foresee(/ERR_ABORTED/);
});

/** Sends one sample of `temperature` of a host. */
async function push(server, host, value) {
  const response = await fetch(`${server.url}/api/v1/import/prometheus`, {
    method: 'POST',
    body: `temperature{host="${host}"} ${value}\n`,
  });
  expect(response.ok, await response.text()).toBe(true);
}

/** Asks the server and gives what is in the answer. */
async function call(server, method, path, body) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: body ? { 'Content-Type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${text}`).toBe(true);
  return text ? JSON.parse(text) : undefined;
}

/** A rule that fires as soon as `temperature` is above 80. */
const hot = (more = {}) => ({
  name: 'Hot',
  query: 'temperature',
  condition: { is: 'above', threshold: 80 },
  interval: '1s',
  severity: 'critical',
  summary: '{{ $labels.host }} has {{ $value }} degrees',
  runbook: 'https://wiki.example.org/hot',
  ...more,
});

const makeRule = (server, rule) => call(server, 'POST', '/api/v1/watchfire/rules', { uid: 'hot', rule });

/** An alert that another server sends. */
const sent = (labels) => ({ labels, annotations: { summary: 'sent by another' }, generatorURL: 'http://prometheus.example.org/graph' });

async function open(page, url) {
  await page.goto(url);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
}

/** The page's data is there. */
const ready = (page) => expect(page.locator('.alerting')).toHaveAttribute('data-state', 'ready');

const words = (page) => page.locator('.alerting-words');
const alerts = (page) => page.locator('.alert-group .alert');

async function bare(launch, ...flags) {
  return launch({ flags: ['--no-collect', ...flags] });
}

test('where no rule is, the pages say how to begin', async ({ page, launch }) => {
  const server = await bare(launch);
  await open(page, server.url);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts' }).click();
  await expect(page).toHaveURL(/\/alerts(\?|$)/);
  await expect(page).toHaveTitle('Alerts · Watchfire');
  await ready(page);
  await expect(words(page)).toHaveText('✓ nothing fires');
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Rules' }).click();
  await expect(words(page)).toContainText('rules');
  await expect(page.getByRole('navigation', { name: 'Pages' }).locator('[aria-current]')).toHaveText('Alerts');
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Silences' }).click();
  await expect(words(page)).toHaveText('✓ nothing is silenced');
});

test('a rule is made by its form, fires, is silenced, and its history is kept', async ({ page, launch }) => {
  test.slow();
  const server = await bare(launch);
  await push(server, 'a', 20);
  await open(page, `${server.url}/alerts/rules/new`);

  // What is wrong is told beside its field, with its place, and nothing typed is lost.
  await page.getByLabel('Name', { exact: true }).fill('Hot');
  await box(page).fill('temperature >');
  await expect(page.locator('.editor-error')).toContainText('1:');
  await page.getByLabel('Threshold').fill('eighty');
  await expect(page.locator('#rule-condition-threshold-error')).toContainText('is no number');
  await box(page).fill('temperature');
  await page.getByLabel('Threshold').fill('80');
  const preview = page.getByRole('region', { name: 'Preview' });
  await expect(preview).toHaveAttribute('data-state', 'ready');
  await expect(preview.locator('.rule-preview-words')).toHaveText('✓ Nothing meets the condition now.');
  await expect(preview.locator('.rule-query')).toHaveText('temperature > 80');
  await expect(preview.locator('[data-range="24h"]')).toContainText('never fired');
  await expect(preview.locator('.board-chart')).toHaveAttribute('data-drawn', 'true');

  // With a sample above the threshold it would fire.
  await push(server, 'b', 95);
  await page.getByLabel('Holds for, before it fires').fill('3s');
  await expect(preview.locator('.rule-preview-words')).toContainText('1 series meets the condition');
  await page.getByLabel('Evaluated each').fill('1s');
  await page.getByLabel('Severity').selectOption('critical');
  await page.getByLabel('Summary').fill('{{ $labels.host }} has {{ $value }} degrees');
  await expect(preview.locator('.alert-summary')).toHaveText('b has 95 degrees');
  await page.getByRole('button', { name: 'Add a label' }).click();
  await page.getByLabel('Label', { exact: true }).fill('team');
  await page.getByLabel('Value of the label').fill('ops');
  await page.getByRole('button', { name: 'Create' }).click();

  // Its page, and its way through the states.
  await expect(page).toHaveURL(/\/alerts\/rules\/hot[^/]*$/);
  await expect(page.getByRole('heading', { name: 'Hot' })).toBeVisible();
  const changes = page.getByRole('region', { name: 'Changes' });
  await expect(changes).toContainText('inactive → pending');
  await push(server, 'b', 96);
  await expect(changes).toContainText('pending → firing');
  await expect(page.locator('.timeline-stretch[data-alert-state="firing"]').first()).toBeAttached();

  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Now' }).click();
  await expect(words(page)).toHaveText('◆ 1 firing');
  const alert = alerts(page).first();
  await expect(alert).toHaveAttribute('data-severity', 'critical');
  await expect(alert.locator('.alert-severity')).toHaveText('◆ critical');
  await expect(alert.locator('.alert-summary')).toContainText(/^b has 9[56] degrees$/);
  await expect(alert.locator('.alert-labels')).toHaveText('host="b", team="ops"');

  // Silenced from here: the form has its labels.
  await alert.getByRole('link', { name: 'Silence' }).click();
  await expect(page.getByLabel('Value', { exact: true }).first()).toHaveValue('Hot');
  await expect(page.locator('.silence-matches')).toHaveText('⊘ 1 alert that fires now is silenced:');
  await page.getByRole('button', { name: 'Silence', exact: true }).click();
  await expect(page.locator('#silence-author-error')).toContainText('write who silences');
  await page.getByLabel('Who').fill('Ann');
  await page.getByLabel('Why').fill('it is known');
  await page.getByRole('button', { name: '1h', exact: true }).click();
  await page.getByRole('button', { name: 'Silence', exact: true }).click();
  await expect(page).toHaveURL(/\/alerts\/silences$/);
  const silence = page.locator('.silence');
  await expect(silence).toHaveAttribute('data-silence-state', 'active');
  await expect(silence).toContainText('it is known');
  await expect(silence).toContainText('silences 1 alert');
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Now' }).click();
  await expect(words(page)).toHaveText('✓ nothing fires · 1 muted (silenced)');
  await expect(alert.locator('.alert-muted')).toHaveText('⊘ silenced by Ann: it is known');
  await expect(alert.locator('.handling-said'), 'it is told once').toHaveCount(0);

  // Ended, it is heard of again.
  await page.goBack();
  await silence.getByRole('button', { name: 'End' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await expect(silence).toHaveCount(0);
  await page.locator('select[name=state]').selectOption('expired');
  await expect(silence).toHaveAttribute('data-silence-state', 'expired');
  await open(page, `${server.url}/alerts`);
  await expect(words(page)).toHaveText('◆ 1 firing');
});

test('faults stand at their fields, and answers about another rule are not shown', async ({ page, launch }) => {
  const server = await bare(launch);
  await push(server, 'a', 20);
  await call(server, 'POST', '/api/v1/dashboards', { uid: 'ovens', title: 'Ovens', panels: [{ id: 7, title: 'Heat', kind: 'alert_list', at: { x: 0, y: 0, w: 12, h: 8 } }] });
  await open(page, `${server.url}/alerts/rules/new`);
  await box(page).fill('temperature');
  await page.getByLabel('Threshold').fill('80');
  const preview = page.getByRole('region', { name: 'Preview' });
  await expect(preview.locator('[data-range="1h"]')).toContainText('never fired');
  // What is usual begins with what a new rule has, and says what it needs.
  await page.getByLabel('Condition', { exact: true }).selectOption('unusual');
  await expect(page.getByLabel('Standard deviations from the mean')).toHaveValue('3');
  await page.getByLabel('Standard deviations from the mean').fill('');
  await expect(page.locator('#rule-condition-deviations-error')).toContainText('say either deviations');
  await expect(preview).toHaveAttribute('data-state', 'flawed');
  await expect(preview.locator('.test-ranges')).toBeHidden();
  // What is absent has no samples to choose from.
  await page.getByLabel('Condition', { exact: true }).selectOption('absent');
  await expect(page.getByLabel('Of the samples')).toHaveCount(0);
  await expect(preview.locator('.rule-query')).toHaveText('absent(temperature)');
  // Where to look, by title.
  await page.getByLabel('Dashboard', { exact: true }).fill('ovens');
  const where = page.getByRole('group', { name: 'Where to look' });
  await expect(where).toContainText('✓ Ovens');
  await page.getByLabel('Panel', { exact: true }).fill('7');
  await expect(where).toContainText('✓ Heat');
  await expect(page.locator('#rule-dashboard-list option[value="ovens"]')).toHaveText('Ovens');
});

test('alerts that others send are shown beside those of rules, and filters stay in the URL', async ({ page, launch }) => {
  const server = await bare(launch);
  await push(server, 'a', 90);
  await makeRule(server, hot());
  await call(server, 'POST', '/api/v2/alerts', [
    sent({ alertname: 'Slow', severity: 'warning', host: 'a' }),
    sent({ alertname: 'Slow', severity: 'info', host: 'b' }),
  ]);
  await open(page, `${server.url}/alerts`);
  await expect(words(page)).toHaveText('◆ 3 firing');
  await expect(page.locator('.alert-group h2')).toHaveText(['Hot', 'Slow']);
  const first = alerts(page).first();
  await expect(first.locator('.alert-value')).toHaveText('90');
  await expect(first.getByRole('link', { name: 'Runbook' })).toHaveAttribute('href', 'https://wiki.example.org/hot');
  await expect(first.getByRole('link', { name: 'Hot' })).toHaveAttribute('href', '/alerts/rules/hot');

  await page.getByRole('searchbox', { name: 'Filter' }).fill('host=~"b|c"');
  await expect(alerts(page)).toHaveCount(1);
  await expect.poll(() => asked(page, 'filter')).toBe('host=~"b|c"');
  await page.getByRole('searchbox', { name: 'Filter' }).fill('');
  await page.locator('select[name=severity]').selectOption('warning');
  await expect(alerts(page)).toHaveCount(1);
  await expect.poll(() => asked(page, 'severity')).toBe('warning');
  await page.reload();
  await expect(page.locator('select[name=severity]')).toHaveValue('warning');
  await expect(alerts(page)).toHaveCount(1);
  await page.locator('select[name=severity]').selectOption('');
  await page.locator('select[name=group]').selectOption('host');
  await expect(page.locator('.alert-group h2')).toHaveText(['host = a', 'host = b']);
  await page.locator('select[name=group]').selectOption('-');
  await expect(page.locator('.alert-group h2')).toHaveText(['All alerts']);
  await page.locator('select[name=state]').selectOption('pending');
  await expect(page.locator('.panel-none')).toBeVisible();
});

test('alerts of made-up data are folded away beside real ones, and nobody handles them', async ({ page, launch }) => {
  const server = await bare(launch);
  await call(server, 'POST', '/api/v2/alerts', [sent({ alertname: 'Fake', demo: 'true' }), sent({ alertname: 'Slow' })]);
  await open(page, `${server.url}/alerts`);
  await expect(words(page)).toHaveText('◆ 1 firing · 1 muted (demo)');
  await expect(page.locator('.alert-group h2')).toHaveText(['Slow']);
  await expect(page.locator('.alerting-folded')).toContainText('1 alert of made-up data');
  await page.getByRole('button', { name: 'Show made-up data' }).click();
  await expect.poll(() => asked(page, 'demo')).toBe('show');
  await expect(page.locator('.alert-group h2')).toHaveText(['Slow', 'Fake']);
  const fake = page.getByRole('region', { name: 'Fake' });
  await expect(fake.locator('.alert-muted')).toContainText('made-up data');
  await expect(fake.getByRole('button')).toHaveCount(0);
  await expect(fake.getByRole('link', { name: 'Silence' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Fold it away' }).click();
  await expect(page.locator('.alert-group h2')).toHaveText(['Slow']);
  await page.locator('select[name=state]').selectOption('demo');
  await expect(page.locator('.alert-group h2')).toHaveText(['Fake']);
});

test('rules are paused, changed and deleted, and a conflict loses nothing', async ({ page, launch, problems }) => {
  problems.foresee(/status of 409|status 409/);
  const server = await bare(launch);
  await push(server, 'a', 90);
  await makeRule(server, hot());
  await open(page, `${server.url}/alerts/rules`);
  await expect(words(page)).toContainText('1 firing');
  const row = page.getByRole('region', { name: 'Made here' }).locator('tbody tr');
  await expect(row).toHaveAttribute('data-rule-state', 'firing');
  await expect(row.locator('.rule-health')).toHaveText('✓ ok');
  await page.getByRole('button', { name: 'Pause Hot' }).click();
  await expect(row).toHaveAttribute('data-rule-state', 'paused');
  await page.getByRole('button', { name: 'Resume Hot' }).click();
  await expect(row).toHaveAttribute('data-rule-state', 'firing');

  await page.getByRole('link', { name: 'Edit Hot' }).click();
  await expect(page.getByLabel('Threshold')).toHaveValue('80');
  await page.getByLabel('Threshold').fill('99');
  // Leaving asks first.
  await page.getByRole('link', { name: 'Cancel' }).click();
  await expect(page.getByRole('dialog')).toContainText('not saved');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  const kept = await call(server, 'GET', '/api/v1/watchfire/rules/hot');
  await call(server, 'PUT', '/api/v1/watchfire/rules/hot', { version: kept.data.version, rule: { ...kept.data.rule, summary: 'other' } });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('.rule-conflict')).toContainText('somebody else saved');
  await expect(page.getByLabel('Threshold')).toHaveValue('99');
  await page.getByRole('button', { name: 'Keep mine: let Save replace theirs' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page).toHaveURL(/\/alerts\/rules\/hot$/);
  await page.getByRole('link', { name: 'All rules' }).click();
  await expect(row).toHaveAttribute('data-rule-state', 'inactive');
  await page.getByRole('button', { name: 'Delete Hot' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
});

test('what is wrong with rule files is told with file and line', async ({ page, launch }) => {
  const folder = await mkdtemp(join(tmpdir(), 'watchfire-rules-'));
  const file = join(folder, 'node.yml');
  const rules = (expr) => `groups:\n- name: node\n  interval: 1s\n  rules:\n  - alert: Full\n    expr: ${expr}\n    labels: {severity: high}\n`;
  await writeFile(file, rules('disk > 9'));
  const server = await launch({ flags: ['--no-collect', '--rules-files', file] });
  await open(page, `${server.url}/alerts/rules`);
  const row = page.getByRole('region', { name: `node · ${file}` }).locator('tbody tr');
  await expect(row).toHaveAttribute('data-rule-state', 'inactive');
  await writeFile(file, rules('disk >'));
  await page.getByRole('button', { name: 'Read the files again' }).click();
  await expect(page.locator('.alerting-faults')).toContainText('node.yml:');
  await expect(row, 'the rules before go on').toHaveCount(1);
  await writeFile(file, rules('disk > 10'));
  await page.getByRole('button', { name: 'Read the files again' }).click();
  await expect(page.locator('.alerting-faults')).toHaveCount(0);
  await expect(row.locator('.rule-query')).toHaveText('disk > 10');
  await rm(folder, { recursive: true });
});

test('a panel of a dashboard lists alerts as they are', async ({ page, launch }) => {
  const server = await bare(launch);
  await push(server, 'a', 90);
  await makeRule(server, hot());
  await call(server, 'POST', '/api/v2/alerts', [sent({ alertname: 'Slow', severity: 'info', host: 'b' })]);
  const dashboard = {
    uid: 'watch',
    title: 'Watch',
    panels: [{ id: 1, title: 'Alerts', kind: 'alert_list', at: { x: 0, y: 0, w: 12, h: 8 }, view: { only: ['severity="critical"'] } }],
  };
  await call(server, 'POST', '/api/v1/dashboards', dashboard);
  await open(page, `${server.url}/d/watch`);
  const line = page.locator('.panel-list-area .alert');
  await expect(line).toHaveCount(1);
  await expect(line).toContainText('Hot');
  await expect(line.locator('.alert-state')).toHaveText('■ firing');

  // Where it is narrow, how it is and since when stand in the line of how grave it is.
  await page.setViewportSize({ width: 390, height: 844 });
  const tops = async () => Promise.all(['.alert-severity', '.alert-state', '.alert-since', '.alert-name']
    .map(async (part) => Math.round((await line.locator(part).boundingBox()).y)));
  await expect(async () => {
    const [severity, state, since, name] = await tops();
    expect(Math.abs(state - severity)).toBeLessThan(4);
    expect(Math.abs(since - severity)).toBeLessThan(4);
    expect(name).toBeGreaterThan(severity + 8);
  }).toPass();
});

test('a server that goes is told', async ({ page, launch, problems }) => {
  problems.foresee(/WebSocket|ERR_CONNECTION_REFUSED/);
  const server = await bare(launch);
  await call(server, 'POST', '/api/v2/alerts', [sent({ alertname: 'Slow' })]);
  await open(page, `${server.url}/alerts`);
  await expect(alerts(page)).toHaveCount(1);
  await server.stop();
  await expect(page.locator('.alerting')).toHaveAttribute('data-state', 'disconnected');
  await expect(words(page)).toContainText('The server does not answer');
  await expect(alerts(page)).toHaveCount(1);
});

for (const theme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`no serious fault, and all fits, ${theme}, ${width} wide`, async ({ page, context, launch }, testInfo) => {
      test.slow();
      const server = await bare(launch);
      await push(server, 'a', 90);
      await makeRule(server, hot());
      await call(server, 'POST', '/api/v2/alerts', [
        sent({ alertname: 'Slow', severity: 'warning', host: 'a-host-with-a-long-name.example.org' }),
        sent({ alertname: 'Noted', severity: 'info' }),
      ]);
      const silence = {
        matchers: [{ name: 'alertname', value: 'Slow', isRegex: false, isEqual: true }],
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + 3_600_000).toISOString(),
        createdBy: 'Ann',
        comment: 'it is known',
      };
      await call(server, 'POST', '/api/v2/silences', silence);
      await context.addCookies([{ name: 'watchfire_theme', value: theme, url: server.url }]);
      await page.setViewportSize({ width, height: 900 });
      const pages = {
        alerts: ['/alerts', '.alert-group .alert[data-alert-state="muted"]'],
        rules: ['/alerts/rules', '.rule-group tbody tr[data-health="ok"]'],
        rule: ['/alerts/rules/hot', '.timeline-line'],
        form: ['/alerts/rules/hot/edit', '.rule-preview[data-state="ready"] .board-chart[data-drawn="true"]'],
        silences: ['/alerts/silences', '.silence'],
        silence: ['/alerts/silences/new?filter=alertname%3DHot', '.form-beside .alert'],
        routing: ['/alerts/routing?labels=alertname%3DHot', '.route-tester .alerting-bad'],
        deliveries: ['/alerts/deliveries', '.panel-none, .delivery'],
      };
      for (const [name, [path, there]] of Object.entries(pages)) {
        await open(page, `${server.url}${path}`);
        await expect(page.locator(there).first(), path).toBeVisible();
        await page.screenshot({ path: testInfo.outputPath(`${name}.png`), fullPage: true });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(wide, `pixels beyond the right edge of ${path}`).toBe(0);
        const { passes, violations } = await new AxeBuilder({ page }).analyze();
        expect(passes.length, 'rules that had something to look at').toBeGreaterThan(15);
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(grave.flatMap(({ id, nodes }) => nodes.map(({ target: at, failureSummary }) => `${id}: ${at.join(' ')}: ${failureSummary}`)), path).toEqual([]);
      }
    });
  }
}

test('the page of a rule of a file says what it asks for, how it is and who is told, and sends them a test', async ({ page, launch }) => {
  const folder = await mkdtemp(join(tmpdir(), 'watchfire-rules-'));
  const [file, notify] = [join(folder, 'node.yml'), join(folder, 'alertmanager.yml')];
  const rule = "alert: Full\n    expr: temperature > 200\n    for: 5m\n    labels: {severity: low}\n    annotations: {summary: It is full, runbook_url: 'https://wiki.example.org/full'}";
  await writeFile(file, `groups:\n- name: node\n  interval: 1s\n  rules:\n  - ${rule}\n`);
  await writeFile(notify, "route: {receiver: ops}\nreceivers: [{name: ops, webhook_configs: [{url: 'http://127.0.0.1:9/'}], escalation_configs: [{after: 10m, receiver: boss}]}, {name: boss}]\n");
  const server = await launch({ flags: ['--no-collect', '--rules-files', file, '--notify-config', notify] });
  await push(server, 'a', 90);
  await open(page, `${server.url}/alerts/rules`);
  await page.getByRole('link', { name: 'Full', exact: true }).click();
  await expect(page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link')).toHaveText(['Watchfire', 'Alerts', 'Rules']);
  const facts = page.getByRole('region', { name: 'What it asks for' });
  for (const words of ['temperature > 200', '5m', '○ low', '✓ ok', 'It is full', 'group node']) {
    await expect(facts).toContainText(words);
  }
  await expect(facts.getByRole('link')).toHaveAttribute('href', 'https://wiki.example.org/full');
  const values = page.getByRole('region', { name: 'Values' });
  await expect(values.locator('.rule-query')).toHaveText('temperature');
  await expect(values.locator('.board-chart')).toHaveAttribute('data-drawn', 'true');
  expect((await values.locator('canvas').boundingBox()).height, 'it can be read').toBeGreaterThan(100);
  const told = page.getByRole('region', { name: 'Who is told' });
  await expect(told).toContainText('✓ ops');
  await expect(told).toContainText('if nobody acknowledges: after 10m');
  await told.getByRole('button', { name: 'Send a test' }).click();
  await expect(page.getByRole('dialog')).toContainText('ops, boss');
  await page.getByRole('dialog').getByRole('button', { name: 'Send it' }).click();
  await expect(told).toContainText('ops: ✕ webhook[0]');
  await expect(told).toContainText('boss: – it has no channel of its own');
  await rm(folder, { recursive: true });
});

test('a message leads to what its receiver is told of, at once or by an escalation', async ({ page, launch }) => {
  const folder = await mkdtemp(join(tmpdir(), 'watchfire-notify-'));
  const notify = join(folder, 'alertmanager.yml');
  await writeFile(notify, "route: {receiver: ops, routes: [{matchers: [team=web], receiver: web}]}\nreceivers: [{name: ops}, {name: web, escalation_configs: [{after: 1h, receiver: boss}]}, {name: boss}]\n");
  const server = await bare(launch, '--notify-config', notify);
  await call(server, 'POST', '/api/v2/alerts', [sent({ alertname: 'Down', team: 'web' }), sent({ alertname: 'Slow', severity: 'low' })]);
  await open(page, `${server.url}/alerts?receiver=boss`);
  await expect(alerts(page)).toHaveCount(1);
  await expect(alerts(page)).toContainText('Down');
  await expect(page.locator('.alerting-only')).toContainText('Only what boss is told of');
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(alerts(page)).toHaveCount(2);
  await expect(page.locator('.alert-severity', { hasText: '○ low' })).toBeVisible();
  // A filter that can match nothing says why.
  await page.getByRole('searchbox', { name: 'Filter' }).fill('team=~"("');
  await expect(page.locator('.panel-none')).toContainText('is no regular expression');
  await rm(folder, { recursive: true });
});

test('what waits is sent at once or dropped, and a test is shown as one', async ({ page, launch }) => {
  const folder = await mkdtemp(join(tmpdir(), 'watchfire-notify-'));
  const notify = join(folder, 'alertmanager.yml');
  await writeFile(notify, "route: {receiver: ops, group_wait: 0s, group_interval: 1h}\nreceivers: [{name: ops, webhook_configs: [{url: 'http://127.0.0.1:9/'}]}]\n");
  const server = await bare(launch, '--notify-config', notify);
  await call(server, 'POST', '/api/v1/watchfire/receivers/ops/test', {});
  await call(server, 'POST', '/api/v2/alerts', [sent({ alertname: 'Down' })]);
  await open(page, `${server.url}/alerts/deliveries`);
  const waiting = page.locator('.delivery[data-delivery-state="waiting"]');
  await expect(waiting).toContainText('Down');
  await expect(page.locator('.delivery[data-delivery-state="dead"] .tag')).toHaveText('test');
  await expect(words(page)).toContainText('1 waiting');
  await expect(words(page)).not.toContainText('could not be delivered');
  // Both by keyboard; the second one asks first.
  const queued = async () => (await call(server, 'GET', '/api/v1/watchfire/deliveries?state=waiting')).data.deliveries;
  const [{ attempts }] = await queued();
  await waiting.getByRole('button', { name: 'Try now' }).press('Enter');
  await expect.poll(async () => (await queued())[0]?.attempts, 'it was tried').toBeGreaterThan(attempts);
  await expect(waiting.locator('.field-error')).toHaveText('');
  await expect(waiting.locator('.delivery-said')).toContainText('Sent again');
  await waiting.getByRole('button', { name: 'Drop' }).press('Enter');
  const dropping = [];
  page.on('request', (request) => /\/deliveries\/\d+\/drop/.test(request.url()) && dropping.push(request.url()));
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // What was sent before now is there by then.
  const later = (await queued())[0].attempts;
  await waiting.getByRole('button', { name: 'Try now' }).press('Enter');
  await expect.poll(async () => (await queued())[0]?.attempts, 'it waits still').toBeGreaterThan(later);
  expect(dropping, 'nobody was asked to drop it').toEqual([]);
  await waiting.getByRole('button', { name: 'Drop' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).press('Enter');
  const dropped = page.locator('.delivery[data-delivery-state="dropped"]');
  await expect(dropped).toContainText('dropped by local');
  await expect(dropped).toContainText('Down');
  await expect(waiting).toHaveCount(0);
  await page.locator('select[name="state"]').selectOption('dropped');
  await expect(page.locator('.delivery')).toHaveCount(1);
  await rm(folder, { recursive: true });
});
