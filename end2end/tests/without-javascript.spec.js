import { collected, panel } from '../charts.js';
import { expect, test } from '../fixtures.js';

test.use({ javaScriptEnabled: false });

const CHARTS = {
  '/': ['cpu-chart', 'memory-chart', 'own-cpu', 'own-memory', 'own-samples'],
  '/host': ['cores', 'load', 'memory'],
};

/** What the server has drawn. */
const first = (page, name) => panel(page, name).locator('.chart-first svg.chart-svg');

test.beforeEach(async ({ watchfire, problems }) => {
  // Without JavaScript Chromium refuses the script, and then has no use for what was loaded early for it.
  problems.foresee(/\.js csp$/);
  problems.foresee(/\.(wasm|bin) was preloaded using link preload but not used/);
  await collected(watchfire, 6000);
});

for (const [path, charts] of Object.entries(CHARTS)) {
  test(`charts with data on ${path}`, async ({ page }) => {
    // Of a longer range there were fewer points.
    await page.goto(`${path}?from=now-5m&to=now`);
    for (const name of charts) {
      const picture = first(page, name);
      await expect(picture).toBeVisible();
      const points = await picture.locator('polyline').evaluateAll((lines) =>
        lines.map((line) => line.getAttribute('points').trim().split(/\s+/).length));
      expect(Math.max(...points), `points of a line in ${name}`).toBeGreaterThan(3);
      const beyond = await panel(page, name).locator('.board-chart').evaluate((chart) => {
        const plot = chart.querySelector('.chart-first svg.chart-svg');
        return plot.getBoundingClientRect().right - chart.getBoundingClientRect().right;
      });
      expect(beyond, `pixels of the plot of ${name} beyond the chart's right edge`).toBeLessThanOrEqual(0);
    }
  });

  test(`no panel with a picture on ${path} says that it is loading`, async ({ page }) => {
    await page.goto(path);
    for (const name of charts) {
      await expect(panel(page, name), name).toHaveAttribute('data-state', 'ready');
      await expect(panel(page, name).locator('.panel-badge'), name).toBeHidden();
    }
  });
}

test('a legend with numbers on the host page', async ({ page }) => {
  await page.goto('/host');
  await expect(panel(page, 'load').locator('.legend-name')).toHaveText(['1 min', '5 min', '15 min', 'cores']);
  await expect(panel(page, 'load').locator('.legend-value').first()).toHaveText(/\d/);
});

for (const [path, names] of [['/', ['hosts', 'samples', 'series']], ['/host', ['host-cpu', 'host-memory', 'uptime']]]) {
  test(`numbers on ${path}`, async ({ page }) => {
    await page.goto(path);
    for (const name of names) {
      await expect(first(page, name), name).toBeVisible();
      await expect(first(page, name), name).toHaveText(/\d/);
    }
  });
}

test('the range of the dashboard is in the top bar', async ({ page }) => {
  for (const [path, range] of [['/', 'Last 5 minutes'], ['/host', 'Last 15 minutes']]) {
    await page.goto(path);
    await expect(page.locator('.time-picker summary')).toHaveText(range);
  }
});

test('facts and processes on the host page', async ({ page }) => {
  await page.goto('/host');
  await expect(panel(page, 'facts').locator('td').first()).toHaveText(/\S/);
  const processes = panel(page, 'process-table').locator('tbody tr');
  expect(await processes.count()).toBeGreaterThan(3);
  await expect(processes.first().locator('td').nth(1)).toHaveText(/\d/);
});

for (const path of Object.keys(CHARTS)) {
  test(`a preset is a link that stays on ${path}`, async ({ page }) => {
    await page.goto(path);
    await page.locator('.time-picker summary').click();
    await page.getByRole('link', { name: 'Last 1 hour' }).click();
    await expect(page).toHaveURL(`${path}?from=now-1h&to=now`);
    await expect(page.locator('.time-picker summary')).toHaveText('Last 1 hour');
    await expect(first(page, CHARTS[path][0])).toBeVisible();
  });

  test(`a range can be typed on ${path}`, async ({ page }) => {
    await page.goto(path);
    await page.locator('.time-picker summary').click();
    await page.getByLabel('From', { exact: true }).fill('now-30m');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page).toHaveURL(`${path}?from=now-30m&to=now`);
    await expect(page.locator('.time-picker summary')).toHaveText('Last 30 minutes');
  });
}

test('a range that cannot be read is answered with what is wrong', async ({ page }) => {
  await page.goto('/?from=soon&to=now');
  await expect(page.locator('#time-error')).toContainText('"soon" is not a time');
  await expect(page.locator('#time-error')).toBeVisible();
  await expect(page.getByLabel('From', { exact: true })).toHaveValue('soon');
});

const ALERTS = ['/alerts', '/alerts/rules', '/alerts/rules/new', '/alerts/incidents', '/alerts/maintenance/new', '/alerts/heartbeats/new', '/alerts/routing', '/alerts/deliveries'];

for (const path of ALERTS) {
  test(`${path} says that it needs JavaScript, and shows nothing that does nothing`, async ({ page }) => {
    await page.goto(path);
    await expect(page.locator('.add-without')).toHaveText('This page is filled by JavaScript, which this browser does not run.');
    await expect(page.locator('main').getByText('loading').first()).toBeHidden();
    await expect(page.locator('.connection')).toBeHidden();
    await expect(page.locator('main').getByRole('combobox')).toHaveCount(0);
    await expect(page.locator('main').getByRole('searchbox')).toHaveCount(0);
  });
}

test('incidents are called so where one is', async ({ page }) => {
  await page.goto('/alerts/incidents');
  await expect(page.locator('.breadcrumbs [aria-current]')).toHaveText('Incidents');
});

test('the pages are linked', async ({ page }) => {
  await page.goto('/?from=now-15m&to=now');
  await page.locator('.sidebar').getByRole('link', { name: 'Host' }).click();
  await expect(page).toHaveURL('/host?from=now-15m&to=now');
  await expect(page).toHaveTitle('Host · Watchfire');
});
