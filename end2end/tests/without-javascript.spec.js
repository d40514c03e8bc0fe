import { collected, panel } from '../charts.js';
import { expect, test } from '../fixtures.js';

test.use({ javaScriptEnabled: false });

const CHARTS = {
  '/': ['cpu-chart', 'memory-chart', 'own-cpu', 'own-memory', 'own-samples'],
  '/host': ['cores', 'load', 'memory', 'collector'],
};

test.beforeEach(async ({ watchfire, problems }) => {
  // Without JavaScript Chromium refuses the script, and then has no use for what was loaded early for it.
  problems.foresee(/\.js csp$/);
  problems.foresee(/\.wasm was preloaded using link preload but not used/);
  await collected(watchfire, 6000);
});

for (const [path, charts] of Object.entries(CHARTS)) {
  test(`charts with data on ${path}`, async ({ page }) => {
    await page.goto(path);
    for (const id of charts) {
      await expect(panel(page, id)).toHaveAttribute('data-state', 'ready');
      const picture = panel(page, id).locator('.chart-first > svg');
      await expect(picture).toBeVisible();
      const points = await picture.locator('polyline').evaluateAll((lines) =>
        lines.map((line) => line.getAttribute('points').trim().split(/\s+/).length));
      expect(Math.max(...points), `points of a line in ${id}`).toBeGreaterThan(3);
      await expect(panel(page, id).locator('.legend-value').first()).toHaveText(/\d/);
      const beyond = await panel(page, id).locator('.chart').evaluate((chart) => {
        const plot = chart.querySelector('.chart-first > svg');
        return plot.getBoundingClientRect().right - chart.getBoundingClientRect().right;
      });
      expect(beyond, `pixels of the plot of ${id} beyond the chart's right edge`).toBeLessThanOrEqual(0);
    }
  });
}

test('tiles with values on the overview', async ({ page }) => {
  await page.goto('/');
  for (const id of ['cpu', 'memory', 'load', 'disk', 'processes', 'uptime']) {
    await expect(panel(page, id).locator('.tile-number')).toHaveText(/\d/);
  }
  await expect(panel(page, 'cpu').locator('.chart-first > svg')).toBeVisible();
});

test('facts and processes on the host page', async ({ page }) => {
  await page.goto('/host');
  await expect(panel(page, 'facts').locator('dd').first()).toHaveText(/\S/);
  const processes = panel(page, 'process-table').locator('tbody tr');
  expect(await processes.count()).toBeGreaterThan(3);
  await expect(processes.first().locator('td').first()).toHaveText(/\d/);
});

for (const path of Object.keys(CHARTS)) {
  test(`a preset is a link that stays on ${path}`, async ({ page }) => {
    await page.goto(path);
    await page.locator('.time-picker summary').click();
    await page.getByRole('link', { name: 'Last 1 hour' }).click();
    await expect(page).toHaveURL(`${path}?from=now-1h&to=now`);
    await expect(page.locator('.time-picker summary')).toHaveText('Last 1 hour');
    await expect(panel(page, CHARTS[path][0]).locator('.chart-first > svg')).toBeVisible();
  });

  test(`a range can be typed on ${path}`, async ({ page }) => {
    await page.goto(path);
    await page.locator('.time-picker summary').click();
    await page.getByLabel('From').fill('now-30m');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page).toHaveURL(`${path}?from=now-30m&to=now`);
    await expect(page.locator('.time-picker summary')).toHaveText('Last 30 minutes');
  });
}

test('a range that cannot be read is answered with what is wrong', async ({ page }) => {
  await page.goto('/?from=soon&to=now');
  await expect(page.locator('#time-error')).toContainText('"soon" is not a time');
  await expect(page.locator('#time-error')).toBeVisible();
  await expect(page.getByLabel('From')).toHaveValue('soon');
});

test('the pages are linked', async ({ page }) => {
  await page.goto('/?from=now-15m&to=now');
  await page.getByRole('link', { name: 'Host' }).click();
  await expect(page).toHaveURL('/host?from=now-15m&to=now');
  await expect(page).toHaveTitle('Host · Watchfire');
});
