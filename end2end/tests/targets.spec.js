import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { asked } from '../explore.js';
import { expect, test } from '../fixtures.js';

const PATH = '/add-data/targets';

const words = (page) => page.locator('.targets-words');
const pool = (page, name) => page.locator(`[data-pool="${name}"]`);
const rows = (page, name) => pool(page, name).locator('tbody tr');

test.beforeEach(({ problems }) => {
  // A question that is taken back, because the page is left.
  problems.foresee(/ERR_ABORTED/);
});

/** A target that answers with a page of metrics. */
async function target() {
  const server = createServer((_, response) => response.end('jobs_total{queue="mail"} 7\n'));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { address: `127.0.0.1:${server.address().port}`, stop: () => new Promise((done) => {
    server.closeAllConnections();
    server.close(done);
  }) };
}

/** A port of this machine at which nobody listens. */
async function nobody() {
  const gone = await target();
  await gone.stop();
  return gone.address;
}

const config = (jobs) => `global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs:\n${jobs}`;
const job = (name, addresses) => `- job_name: ${name}\n  static_configs:\n  - targets: [${addresses.map((at) => `'${at}'`).join(', ')}]\n`;

/** A server that scrapes a target that is there and one that is not. */
async function scraping(launch) {
  const folder = await mkdtemp(join(tmpdir(), 'watchfire-targets-'));
  const file = join(folder, 'prometheus.yml');
  const here = await target();
  const away = await nobody();
  const dropping = '  relabel_configs:\n  - {source_labels: [__address__], regex: "dropped.*", action: drop}\n';
  await writeFile(file, config(`${job('shop', [here.address, away])}${job('other', [here.address, 'dropped:1'])}${dropping}`));
  const server = await launch({ flags: ['--no-collect', '--scrape-config', file] });
  return { server, file, here, away, end: async () => {
    await here.stop();
    await rm(folder, { recursive: true });
  } };
}

async function open(page, url) {
  await page.goto(url);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await expect(page.locator('.targets')).toHaveAttribute('data-state', 'ready');
}

test('where nothing is scraped the page says how to begin', async ({ page }) => {
  await page.goto('/add-data');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Targets' }).click();
  await expect(page).toHaveURL(PATH);
  await expect(page).toHaveTitle('Targets · Watchfire');
  await expect(page.locator('.targets')).toHaveAttribute('data-state', 'ready');
  await expect(words(page)).toHaveText('○ Nothing is scraped.');
  await expect(page.getByRole('navigation', { name: 'Pages' }).locator('[aria-current]')).toHaveText('Add data');
  await page.getByRole('link', { name: 'The lines of such a file' }).click();
  await expect(page.getByRole('heading', { name: 'Scraping' })).toBeVisible();
});

test('each target tells its state, and a target that goes is seen going', async ({ page, launch }) => {
  const { server, here, away, end } = await scraping(launch);
  await open(page, `${server.url}${PATH}`);
  await expect(words(page)).toHaveText('✕ 1 down · 2 up · 1 dropped by relabelling');
  await expect(rows(page, 'shop')).toHaveCount(2);
  // What is down stands first.
  const down = rows(page, 'shop').first();
  await expect(down).toHaveAttribute('data-state', 'down');
  await expect(down).toContainText(`http://${away}/metrics`);
  await expect(down.locator('.target-error')).not.toBeEmpty();
  const up = rows(page, 'shop').nth(1);
  await expect(up.locator('.target-state')).toHaveText('✓ up');
  await expect(up.locator('.target-labels')).toHaveText(`instance="${here.address}", job="shop"`);
  await expect(up.locator('.target-last')).toHaveText(/^(just now|\d+ s ago)$/);
  await expect(up.locator('.number').first()).toHaveText(/^\d+\.\d$/);
  const link = up.getByRole('link');
  await link.focus();
  await here.stop();
  await expect(words(page)).toHaveText('✕ 3 down · 0 up · 1 dropped by relabelling');
  await expect(rows(page, 'shop').filter({ hasText: here.address })).toHaveAttribute('data-state', 'down');
  await expect(link.first()).toBeVisible();
  await end();
});

test('a state and a part of a name choose targets, and stay in the URL', async ({ page, launch }) => {
  const { server, here, away, end } = await scraping(launch);
  await open(page, `${server.url}${PATH}`);
  await expect(words(page)).toContainText('1 down');
  await page.getByLabel('Show').selectOption('down');
  await expect.poll(() => asked(page, 'state')).toBe('down');
  await expect(page.locator('.pool')).toHaveCount(1);
  await expect(rows(page, 'shop')).toHaveCount(1);
  await expect(rows(page, 'shop')).toContainText(away);
  await page.getByLabel('Show').selectOption('dropped');
  await expect(rows(page, 'other')).toHaveText(/__address__="dropped:1"/);
  await page.reload();
  await expect(page.getByLabel('Show')).toHaveValue('dropped');
  await page.getByLabel('Show').selectOption('');
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox', { name: 'Filter' }).fill('JOB="oth');
  await expect.poll(() => asked(page, 'filter')).toBe('JOB="oth');
  await expect(page.locator('.pool')).toHaveCount(1);
  await expect(rows(page, 'other')).toContainText(here.address);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('nothing has this name');
  await expect(page.locator('.panel-none')).toBeVisible();
  await end();
});

test('a file that cannot be used is told with its line, and the one before goes on', async ({ page, launch, problems }) => {
  problems.foresee(/status of 400|status 400/);
  // The server looks at the file by itself, too, and may be first.
  problems.foresee(/configuration refused; the one before goes on .*prometheus\.yml:2:3/);
  const { server, file, here, end } = await scraping(launch);
  await open(page, `${server.url}${PATH}`);
  await expect(rows(page, 'other')).toHaveCount(1);
  await expect(page.locator('.targets-file code')).toHaveText(file);
  await writeFile(file, 'scrape_configs:\n- job_nam: x\n');
  await page.getByRole('button', { name: 'Read the file again' }).click();
  await expect(page.locator('.targets-said')).toHaveText('✕ Not used');
  await expect(page.locator('.targets-faults')).toContainText('prometheus.yml:2');
  await expect(page.locator('.targets-faults')).toContainText('job_nam');
  await expect(rows(page, 'other')).toHaveCount(1);
  await writeFile(file, config(job('new', [here.address])));
  await page.getByRole('button', { name: 'Read the file again' }).click();
  await expect(page.locator('.targets-said')).toHaveText('✓ Read again');
  await expect(rows(page, 'new')).toHaveCount(1);
  await expect(words(page)).toHaveText('✓ 1 up');
  await expect(page.locator('.targets-faults')).toHaveCount(0);
  await end();
});

test('a server that goes is told', async ({ page, launch, problems }) => {
  problems.foresee(/WebSocket|ERR_CONNECTION_REFUSED/);
  const { server, end } = await scraping(launch);
  await open(page, `${server.url}${PATH}`);
  await expect(rows(page, 'shop')).toHaveCount(2);
  await server.stop();
  await expect(page.locator('.targets')).toHaveAttribute('data-state', 'disconnected');
  await expect(words(page)).toContainText('The server does not answer');
  await expect(rows(page, 'shop')).toHaveCount(2);
  await end();
});

for (const theme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`no serious fault, and all fits, ${theme}, ${width} wide`, async ({ page, context, launch }, testInfo) => {
      const { server, end } = await scraping(launch);
      await context.addCookies([{ name: 'watchfire_theme', value: theme, url: server.url }]);
      await page.setViewportSize({ width, height: 900 });
      await open(page, `${server.url}${PATH}`);
      await expect(words(page)).toContainText('1 down');
      await page.screenshot({ path: testInfo.outputPath('targets.png'), fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide, 'pixels beyond the right edge').toBe(0);
      const { passes, violations } = await new AxeBuilder({ page }).analyze();
      expect(passes.length, 'rules that had something to look at').toBeGreaterThan(15);
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(grave.flatMap(({ id, nodes }) => nodes.map(({ target: at }) => `${id}: ${at.join(' ')}`))).toEqual([]);
      await end();
    });
  }
}
