import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures.js';

const WAYS = {
  prometheus: 'Prometheus',
  scraping: 'Scraping',
  vmagent: 'vmagent',
  otlp: 'OpenTelemetry',
  python: 'Python',
  rust: 'Rust',
  text: 'Text with curl',
  json: 'JSON with curl',
  statsd: 'StatsD',
};

/** Ways in that the server opens by a flag. */
const LOCAL = { scraping: '--scrape-config prometheus.yml', statsd: '--statsd-listen 127.0.0.1:8125' };

const STATUS = '**/api/v1/ingest/status';

const ways = (page) => page.getByRole('navigation', { name: 'Ways to send' });
const lines = (page) => page.locator('.snippet-lines');
const total = (page) => page.locator('.add-total');
const state = (page) => page.locator('.way-state');

test.beforeEach(({ problems }) => {
  // A question that is taken back, because the page is left.
  problems.foresee(/ERR_ABORTED/);
});

async function open(page, path = '/add-data') {
  await page.goto(path);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
}

/** The page has asked once; what comes from now on is counted. */
async function watching(page) {
  await expect(total(page)).toHaveAttribute('data-state', /waiting|received/);
}

/** Answers as the server would, with `samples` pushed as JSON. */
async function tell(page, samples, last = 1_763_712_000_000) {
  await page.unroute(STATUS);
  await page.route(STATUS, (route) => route.fulfill({
    json: {
      status: 'success',
      data: { now: 1_763_712_001_000, ways: [{ protocol: 'push', samples, series: 1, last: samples ? last : null }] },
    },
  }));
}

test('the page is in the sidebar, and each way has its own lines with the address of this server', async ({ page, watchfire }) => {
  await open(page, '/explore/cardinality?from=now-15m&to=now');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Add data' }).click();
  await expect(page).toHaveURL('/add-data?from=now-15m&to=now');
  await expect(page).toHaveTitle('Add data · Watchfire');
  for (const [way, title] of Object.entries(WAYS)) {
    await ways(page).getByRole('link', { name: title }).click();
    await expect(page).toHaveURL(`/add-data?from=now-15m&to=now&way=${way}`);
    await expect(page.getByRole('heading', { name: title })).toBeVisible();
    await expect(ways(page).locator('[aria-current]')).toHaveText(new RegExp(`^${title}`));
    const text = (await lines(page).allTextContents()).join('\n');
    if (!LOCAL[way]) {
      expect(text, way).toContain(watchfire.url);
    }
    expect(text, way).not.toContain('3473');
  }
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'JSON with curl' })).toBeVisible();
});

test('the lines for Prometheus and OpenTelemetry are as they must be', async ({ page, watchfire }) => {
  await open(page);
  await expect(lines(page)).toHaveText([`remote_write:\n  - url: ${watchfire.url}/api/v1/write`]);
  await open(page, '/add-data?way=otlp');
  await expect(lines(page)).toHaveCount(3);
  await expect(lines(page).nth(0)).toContainText(`OTEL_EXPORTER_OTLP_ENDPOINT=${watchfire.url}\n`);
  // The port that gRPC has, which the log tells first.
  const [, grpc] = /OTLP is taken address=(\S+)/.exec(watchfire.log);
  await expect(lines(page).nth(1)).toContainText(`OTEL_EXPORTER_OTLP_ENDPOINT=http://${grpc}\n`);
  await expect(lines(page).nth(2)).toContainText(`endpoint: ${watchfire.url}\n`);
});

test('a button copies the lines and says so, by keyboard too', async ({ page, context, watchfire }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: watchfire.url });
  await open(page);
  const link = ways(page).getByRole('link', { name: 'Python' });
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/add-data?way=python');
  await expect(link).toBeFocused();
  await page.keyboard.press('Tab'); // Rust
  await page.keyboard.press('Tab'); // Text with curl
  await page.keyboard.press('Tab'); // JSON with curl
  await page.keyboard.press('Tab'); // StatsD
  await page.keyboard.press('Tab');
  const button = page.getByRole('button', { name: 'Copy: In this repository' });
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  const said = page.locator('.snippet-said').first();
  await expect(said).toHaveText('Copied');
  await expect(said).toHaveAttribute('aria-live', 'polite');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('pip install ./clients/python');
  await expect(said).toHaveText('');
});

test('where there is no clipboard the lines are selected instead', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }));
  await open(page);
  await page.getByRole('button', { name: 'Copy: prometheus.yml' }).click();
  await expect(page.locator('.snippet-said')).toHaveText('Selected: copy with Ctrl+C');
  expect(await page.evaluate(() => getSelection().toString())).toBe(await lines(page).textContent());
});

test('a sample that is pushed shows up at once', async ({ page, request }) => {
  await open(page, '/add-data?way=json');
  await watching(page);
  await expect(state(page)).toHaveText('○ waiting for the first samples…');
  const answer = await request.post('/api/v1/push', { data: { name: `add_data_${Date.now()}`, value: 1 } });
  expect(answer.ok()).toBe(true);
  await expect(state(page)).toHaveText(/^✓ received 1 sample, 1 series, last (just now|\d+ s ago)$/);
  await expect(state(page)).toHaveAttribute('data-state', 'received');
  await expect(total(page)).toHaveAttribute('data-state', 'received');
  await expect(total(page).getByRole('status')).toHaveText('Samples arrive.');
  await expect(ways(page).getByRole('link', { name: 'JSON with curl ✓ received' })).toBeVisible();
  await expect(ways(page).getByRole('link', { name: 'StatsD', exact: true })).toBeVisible();
  // What came before a page was opened is not what it waits for.
  await open(page, '/add-data?way=json');
  await watching(page);
  await expect(state(page)).toHaveText('○ waiting for the first samples…');
});

test('a page that is hidden does not ask', async ({ page }) => {
  let asked = 0;
  await page.route(STATUS, (route) => {
    asked += 1;
    return route.continue();
  });
  await open(page);
  await expect.poll(() => asked).toBeGreaterThan(1);
  await page.evaluate(() => Object.defineProperty(Document.prototype, 'hidden', { configurable: true, get: () => true }));
  await page.waitForTimeout(200);
  const before = asked;
  await page.waitForTimeout(2500);
  expect(asked).toBe(before);
  await page.evaluate(() => Object.defineProperty(Document.prototype, 'hidden', { configurable: true, get: () => false }));
  await expect.poll(() => asked).toBeGreaterThan(before);
});

test('a server that was started anew goes on being counted', async ({ page }) => {
  await tell(page, 500);
  await open(page, '/add-data?way=json');
  await watching(page);
  await tell(page, 503);
  await expect(state(page)).toHaveText('✓ received 3 samples, 1 series, last 1 s ago');
  await tell(page, 1);
  await expect(state(page)).toHaveText('✓ received 4 samples, 1 series, last 1 s ago');
});

test('a refusal is told in the words of the server', async ({ page, problems }) => {
  problems.foresee(/status of 503|status 503/);
  await page.route(STATUS, (route) => route.fulfill({
    status: 503,
    json: { status: 'error', errorType: 'unavailable', error: 'still starting' },
  }));
  await open(page);
  await expect(total(page)).toHaveAttribute('data-state', 'failed');
  await expect(page.locator('.add-total-words')).toContainText('✕ What arrives can\'t be shown: still starting.');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('each way is a link to its lines, without buttons', async ({ page, watchfire, problems }) => {
    // Without JavaScript Chromium refuses the script, and then has no use for what was loaded early for it.
    problems.foresee(/\.js csp$/);
    problems.foresee(/\.(wasm|bin) was preloaded using link preload but not used/);
    await page.goto('/add-data');
    await expect(page.locator('.add-without')).toBeVisible();
    for (const [way, title] of Object.entries(WAYS)) {
      await ways(page).getByRole('link', { name: title }).click();
      await expect(page).toHaveURL(`/add-data?way=${way}`);
      await expect(page.getByRole('heading', { name: title })).toBeVisible();
      const text = (await lines(page).allTextContents()).join('\n');
      expect(text, way).toContain(LOCAL[way] ?? watchfire.url);
      expect(await page.locator('.snippet-copy').count()).toBeGreaterThan(0);
      for (const button of await page.locator('.snippet-copy').all()) {
        await expect(button).toBeHidden();
      }
    }
  });
});

for (const theme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`no serious fault, and all fits, ${theme}, ${width} wide`, async ({ page, context, baseURL }) => {
      await context.addCookies([{ name: 'watchfire_theme', value: theme, url: baseURL }]);
      await page.setViewportSize({ width, height: 900 });
      for (const [index, way] of Object.keys(WAYS).entries()) {
        const samples = index % 2 ? 12 : 0;
        await tell(page, 0);
        await open(page, `/add-data?way=${way}`);
        await watching(page);
        await tell(page, samples);
        await expect(total(page)).toHaveAttribute('data-state', samples ? 'received' : 'waiting');
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(wide, `pixels beyond the right edge, ${way}`).toBe(0);
        const cut = await page.evaluate(() => [...document.querySelectorAll('.panel, .snippet, .snippet-lines, .way-link, .sidebar .nav-link')]
          .filter((element) => element.checkVisibility()
            && (element.getBoundingClientRect().right > innerWidth || element.scrollWidth > element.clientWidth))
          .map((element) => element.className));
        expect(cut, `what is cut off, ${way}`).toEqual([]);
        const { passes, violations } = await new AxeBuilder({ page }).analyze();
        expect(passes.length, 'rules that had something to look at').toBeGreaterThan(15);
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(grave.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`)), way).toEqual([]);
      }
    });
  }
}
