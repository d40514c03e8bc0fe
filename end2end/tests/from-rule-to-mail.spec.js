import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { box } from '../explore.js';
import { expect, test } from '../fixtures.js';
import { MailSink } from '../mails.js';

/** Longer than `for`, `group_wait` and a look of the page at alerts together, on a busy machine. */
const LONG = { timeout: 30_000 };

test.beforeEach(async ({ problems }) => {
  // A question that is taken back, because the page is left.
  problems.foresee(/ERR_ABORTED/);
});

/** Samples of `temperature` of a host, each with seconds before now and a value, over the API that scripts use. */
async function send(server, host, samples) {
  const now = Date.now();
  const lines = samples.map(([before, value]) => `temperature{host="${host}"} ${value} ${now - before * 1000}\n`);
  const response = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: lines.join('') });
  expect(response.ok, await response.text()).toBe(true);
}

async function open(page, url) {
  await page.goto(url);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
}

const view = (page, name) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name });

/** Width and height of a PNG (its chunk IHDR). */
function sizeOf(png) {
  expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  expect(png.subarray(12, 16).toString('latin1')).toBe('IHDR');
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

test('from a rule to a mail, and back to calm', async ({ page, launch, problems }, testInfo) => {
  test.setTimeout(180_000);
  // The address in a mail of an alert that is over.
  problems.foresee(/status of 409|status 409/);
  const sink = await MailSink.start();
  const folder = await mkdtemp(join(tmpdir(), 'watchfire-mail-'));
  try {
    const config = join(folder, 'alertmanager.yml');
    const mail = `to: team@example.org, from: watchfire@example.org, smarthost: '${sink.address}', require_tls: false, send_resolved: true, text: '{{ template "email.default.text" . }}'`;
    await writeFile(
      config,
      `route: {receiver: team, group_by: [alertname, host], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: team, email_configs: [{${mail}}]}]
`,
    );
    const server = await launch({ flags: ['--no-collect', '--notify-config', config] });

    // It was too hot for five minutes half an hour ago, and is well since.
    const history = Array.from({ length: 80 }, (_, at) => 2400 - at * 30);
    await send(server, 'oven', history.map((before) => [before, before > 1500 && before <= 1800 ? 95 : 20]));

    // A rule is made by its form, which tells what it would do now and would have done.
    await open(page, `${server.url}/alerts`);
    await expect(page.locator('.alerting-words')).toHaveText('✓ nothing fires');
    await open(page, `${server.url}/alerts/rules/new`);
    await page.getByLabel('Name', { exact: true }).fill('Hot');
    await box(page).fill('temperature');
    await page.getByLabel('Threshold').fill('80');
    await page.getByLabel('Holds for, before it fires').fill('8s');
    await page.getByLabel('Evaluated each').fill('1s');
    await page.getByLabel('Severity').selectOption('critical');
    await page.getByLabel('Summary').fill('{{ $labels.host }} has {{ $value }} degrees');
    const preview = page.getByRole('region', { name: 'Preview' });
    await expect(preview.locator('.rule-query')).toHaveText('temperature > 80');
    await expect(preview.locator('.rule-preview-words')).toHaveText('✓ Nothing meets the condition now.');
    await expect(preview.locator('[data-range="1h"]')).toContainText('fired once');
    await expect(preview.locator('.timeline-stretch[data-alert-state="firing"]')).toHaveCount(1);
    await expect(preview.locator('.board-chart')).toHaveAttribute('data-drawn', 'true');
    await page.screenshot({ path: testInfo.outputPath('1-form.png'), fullPage: true });
    await page.getByRole('button', { name: 'Create' }).click();
    await expect(page).toHaveURL(/\/alerts\/rules\/hot[^/]*$/);
    const rule = page.url();
    await expect(page.locator('.rule-about')).toContainText('inactive');

    // It becomes too hot: the alert is pending, then fires.
    await view(page, 'Now').click();
    await expect(page.locator('.alerting')).toHaveAttribute('data-state', 'ready');
    await send(server, 'oven', [[0, 95]]);
    const alert = page.locator('.alert-group .alert');
    await expect(alert).toHaveAttribute('data-alert-state', 'pending', LONG);
    await expect(alert.locator('.alert-severity')).toHaveText('◆ critical');
    await expect(alert).toHaveAttribute('data-alert-state', 'firing', LONG);
    await expect(page.locator('.alerting-words')).toHaveText('◆ 1 firing');
    await expect(alert.locator('.alert-summary')).toHaveText('oven has 95 degrees');
    await page.screenshot({ path: testInfo.outputPath('2-firing.png'), fullPage: true });

    // The mail, with what the rule sees as a picture.
    await expect.poll(() => sink.mails.length, LONG).toBe(1);
    const [told] = sink.mails;
    expect(told.recipients).toEqual(['team@example.org']);
    expect(told.subject).toContain('[FIRING:1] Hot oven');
    expect(told.text).toContain('oven has 95 degrees');
    expect(told.html).toContain('oven has 95 degrees');
    expect(told.pictures).toHaveLength(1);
    const [chart] = told.pictures;
    expect([chart.type, chart.id]).toEqual(['image/png', 'chart']);
    expect(told.html).toContain('src="cid:chart"');
    await writeFile(testInfo.outputPath('3-chart.png'), chart.bytes);
    // The width of a mail, with two pixels for each of CSS.
    const size = sizeOf(chart.bytes);
    expect(size).toEqual({ width: 1120, height: 440 });
    expect(chart.bytes.length, 'bytes: more than an empty picture, less than what mail servers refuse').toBeGreaterThan(2000);
    expect(chart.bytes.length).toBeLessThan(500_000);
    const drawn = await page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d');
      canvas.drawImage(image, 0, 0);
      const { data } = canvas.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
      return { width: image.naturalWidth, colours: new Set(new Uint32Array(data.buffer)).size };
    }, chart.bytes.toString('base64'));
    expect(drawn.width).toBe(size.width);
    expect(drawn.colours, 'more than a background').toBeGreaterThan(8);

    // Whoever got it says that they look after it, without a login.
    const links = told.links(/Acknowledge/);
    expect(links).toHaveLength(1);
    expect(links[0]).toMatch(new RegExp(`^${server.url}/act/[^/]+$`));
    expect(told.text).toContain(links[0]);
    await page.goto(links[0]);
    await expect(page.getByRole('heading')).toHaveText('Hot');
    await expect(page.getByText('oven has 95 degrees')).toBeVisible();
    await page.screenshot({ path: testInfo.outputPath('4-act.png'), fullPage: true });
    await page.getByLabel('Your name').fill('Ann');
    await page.getByLabel('Comment').fill('on it');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await expect(page.getByRole('heading')).toHaveText('Acknowledged');
    await page.goto(links[0]);
    await expect(page.getByText('Ann looks after it since')).toBeVisible();
    await open(page, `${server.url}/alerts`);
    await expect(alert, 'it fires all the same').toHaveAttribute('data-alert-state', /firing|acknowledged/);

    // It cools down: resolved, which is told, too.
    await send(server, 'oven', [[0, 21]]);
    await expect(page.locator('.alerting-words')).toHaveText('✓ nothing fires', LONG);
    await expect(alert).toHaveCount(0);
    await expect.poll(() => sink.mails.length, LONG).toBe(2);
    const over = sink.mails[1];
    expect(over.subject).toContain('[RESOLVED] Hot oven');
    expect(over.html).not.toContain('cid:chart');
    expect([over.pictures.length, over.links(/Acknowledge/).length]).toEqual([0, 0]);
    await page.goto(links[0]).then((response) => expect(response.status()).toBe(409));
    await expect(page.getByRole('heading')).toHaveText('It is over');

    // The whole story stands in the history of the rule.
    await open(page, rule);
    const states = page.getByRole('region', { name: 'Changes' }).locator('.change-states');
    await expect(states).toHaveText(['firing → inactive', 'firing → acknowledged', 'pending → firing', 'inactive → pending']);
    const sent = page.getByRole('region', { name: 'Changes' }).locator('.change-sent');
    await expect(sent).toHaveText(['mail to team: sent', 'mail to team: sent']);
    for (const state of ['pending', 'firing']) {
      await expect(page.locator(`.timeline-stretch[data-alert-state="${state}"]`).first()).toBeAttached();
    }
    await expect(page.getByRole('region', { name: 'Who is told' })).toContainText('✓');
    await page.screenshot({ path: testInfo.outputPath('5-history.png'), fullPage: true });
    expect(sink.mails, 'nobody was told more than that').toHaveLength(2);
  } finally {
    await sink.close();
    await rm(folder, { recursive: true });
  }
});
