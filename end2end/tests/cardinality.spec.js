import { collected } from '../charts.js';
import { answered, asked, box } from '../explore.js';
import { expect, test } from '../fixtures.js';

const counts = (page, id) => page.locator(`section[id="${id}"]`);
const names = (page, id) => counts(page, id).locator('tbody th');

test.beforeEach(async ({ watchfire, problems }) => {
  problems.foresee(/ERR_ABORTED/);
  await collected(watchfire, 5000);
});

async function open(page, path = '/explore/cardinality') {
  await page.goto(path);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await expect(page.locator('.cardinality')).toHaveAttribute('data-state', 'ready');
}

test('the totals and four tables are there, the greatest first', async ({ page }) => {
  await open(page);
  await expect(page.locator('.totals dt').first()).toHaveText('Series');
  await expect(page.locator('.totals dd').first()).toHaveText(/^[\d\u202f]+$/);
  for (const id of ['by-metric', 'by-label', 'by-pair']) {
    expect(await names(page, id).count(), id).toBeGreaterThan(2);
    const numbers = await counts(page, id).locator('tbody td.share').allTextContents();
    const values = numbers.map((text) => Number(text.replace(/\D/g, '')));
    expect(values, id).toEqual([...values].sort((a, b) => b - a));
  }
  await expect(counts(page, 'by-memory').locator('h2')).toHaveText('Labels by memory');
});

test('the number of rows is chosen and kept in the URL', async ({ page }) => {
  await open(page);
  await expect(names(page, 'by-metric')).toHaveCount(10);
  await page.getByLabel('Rows').selectOption('50');
  await expect.poll(() => asked(page, 'limit')).toBe('50');
  await expect.poll(() => names(page, 'by-metric').count()).toBeGreaterThan(10);
  await page.reload();
  await expect(page.getByLabel('Rows')).toHaveValue('50');
});

test('/ reaches the filter, which hides what does not fit and stays in the URL', async ({ page }) => {
  await open(page, '/explore/cardinality?limit=200');
  await page.keyboard.press('/');
  await page.keyboard.type('NETWORK');
  await expect.poll(() => asked(page, 'filter')).toBe('NETWORK');
  await expect(page.getByRole('searchbox', { name: 'Filter' })).toHaveValue('NETWORK');
  const all = await names(page, 'by-metric').allTextContents();
  expect(all.length).toBeGreaterThan(0);
  expect(all.every((name) => name.includes('network'))).toBe(true);
  await page.getByRole('searchbox', { name: 'Filter' }).fill('nothing has this name');
  await expect(counts(page, 'by-metric')).toContainText('No name here has this part');
});

test('a metric leads to a query that counts its series, and back', async ({ page }) => {
  await open(page, '/explore/cardinality?from=now-15m&to=now');
  const name = await names(page, 'by-metric').first().innerText();
  await names(page, 'by-metric').first().getByRole('link').click();
  await expect(page).toHaveURL(/\/explore\?/);
  await expect(box(page)).toHaveValue(`count by (__name__, job, instance) (${name})`);
  expect(asked(page, 'from')).toBe('now-15m');
  await answered(page);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Cardinality' }).click();
  await expect(page).toHaveURL('/explore/cardinality?from=now-15m&to=now');
  await expect(page.getByRole('navigation', { name: 'Breadcrumbs' })).toContainText('Cardinality');
});

test('the limit on series and what was never queried are told', async ({ page }) => {
  await page.route('**/api/v1/status/tsdb*', (route) => route.fulfill({
    json: {
      status: 'success',
      data: {
        headStats: { numSeries: 900, numLabelPairs: 40, chunkCount: 7, minTime: 1700000000000, maxTime: 1700000600000, maxSeries: 1000 },
        seriesCountByMetricName: [
          { name: 'asked', value: 600, lastQueried: 1700000000 },
          { name: 'unasked', value: 300, lastQueried: null },
        ],
        labelValueCountByLabelName: [], memoryInBytesByLabelName: [{ name: 'job', value: 2048 }], seriesCountByLabelValuePair: [],
      },
    },
  }));
  await open(page);
  await expect(page.locator('.limit')).toHaveAttribute('data-state', 'near');
  await expect(page.locator('.limit-words')).toHaveText(/^90\.0 % of 1\u202f000 series: storage\.max_series is nearly full; /);
  await expect(counts(page, 'by-metric').locator('tbody tr').nth(0)).toContainText(/Nov 1\d 2023, \d\d:\d\d/);
  await expect(counts(page, 'by-metric').locator('tbody tr').nth(1)).toContainText('not since the start');
  await expect(counts(page, 'by-memory').locator('tbody tr')).toContainText('2.00 KiB');
});

test('a refusal is told in the words of the server', async ({ page, problems }) => {
  problems.foresee(/status of 503|status 503/);
  await page.route('**/api/v1/status/tsdb*', (route) => route.fulfill({
    status: 503,
    json: { status: 'error', errorType: 'unavailable', error: 'still starting' },
  }));
  await page.goto('/explore/cardinality');
  await expect(page.locator('.cardinality')).toHaveAttribute('data-state', 'failed');
  await expect(page.locator('.cardinality-state')).toHaveText('✕ No answer: still starting');
});
