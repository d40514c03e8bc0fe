import AxeBuilder from '@axe-core/playwright';
import { collected, ready } from '../charts.js';
import { expect, test } from '../fixtures.js';

const STATES = {
  'at rest': async () => {},
  'the time range open': async (page) => {
    await page.keyboard.press('t');
    await expect(page.locator('.time-picker')).toHaveAttribute('open', '');
  },
  'the keys open': async (page) => {
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
};

/** Each page, and the panel whose chart tells that it is there. */
const PAGES = [
  ['/', 'cpu-chart'],
  ['/host', 'load'],
  ['/explore?q=system_cpu_usage_percent', 'result'],
  ['/explore?q=system_network_bytes_total&tab=table'],
  ['/explore?q=sum(up) bye (job)'],
  ['/explore/cardinality'],
  ['/add-data/targets'],
  ['/alerts'],
  ['/alerts/rules'],
  ['/alerts/silences'],
];

test.beforeEach(async ({ watchfire, problems }) => {
  // A question that is taken back, because the page is left.
  problems.foresee(/ERR_ABORTED/);
  await collected(watchfire, 5000);
});

for (const theme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    for (const [path, chart] of PAGES) {
      test(`no serious fault on ${path}, ${theme}, ${width} wide`, async ({ page, context, baseURL }) => {
        await context.addCookies([{ name: 'watchfire_theme', value: theme, url: baseURL }]);
        await page.setViewportSize({ width, height: 900 });
        for (const [state, bring] of Object.entries(STATES)) {
          await page.goto(path);
          await ready(page, ...(chart ? [chart] : []));
          // Panels below the screen wait until they come in sight.
          await expect(page.locator('[data-state="loading"]:not(.board-panel)')).toHaveCount(0);
          await bring(page);
          const { passes, violations } = await new AxeBuilder({ page }).analyze();
          expect(passes.length, 'rules that had something to look at').toBeGreaterThan(15);
          const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
          const found = grave.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) =>
            `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`));
          expect(found, state).toEqual([]);
        }
      });
    }
  }
}
