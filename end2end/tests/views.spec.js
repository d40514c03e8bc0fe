import { copyFile } from 'node:fs/promises';
import { collected, picture, plotOf, ready } from '../charts.js';
import { expect, test } from '../fixtures.js';

const FOLDER = 'artifacts/screenshots';
const SIZES = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];
const PAGES = { overview: ['/', 'cpu-chart', 'own-samples'], host: ['/host', 'cores', 'load', 'memory', 'process-table', 'collector'] };
/** The README's picture is worth waiting for a chart that is full. */
const COLLECTED = process.env.UPDATE_README_PICTURE ? 290_000 : 45_000;

test.beforeEach(async ({ watchfire }) => {
  test.setTimeout(COLLECTED + 60_000);
  await collected(watchfire, COLLECTED);
});

for (const theme of ['dark', 'light']) {
  for (const size of SIZES) {
    for (const [name, [path, ...ids]] of Object.entries(PAGES)) {
      test(`picture of ${name}, ${theme}, ${size.width} wide`, async ({ page, context, baseURL }) => {
        await context.addCookies([{ name: 'watchfire_theme', value: theme, url: baseURL }]);
        await page.setViewportSize(size);
        await page.goto(path);
        await ready(page, ...ids);
        await page.evaluate(() => scrollTo(0, 0));
        await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
        const file = `${FOLDER}/${name}-${theme}-${size.width}`;
        await page.screenshot({ path: `${file}.png` });
        await page.screenshot({ path: `${file}-full.png`, fullPage: true });
        if (process.env.UPDATE_README_PICTURE && name === 'overview' && theme === 'dark' && size.width === 1440) {
          await copyFile(`${file}.png`, '../docs/overview.png');
        }
      });
    }
  }
}

test('pictures of the time range, the keys, the crosshair and a lost connection', async ({ page, launch, problems }) => {
  problems.foresee(/WebSocket/);
  const server = await launch({ flags: ['--collect-interval', '1s'] });
  await page.goto(`${server.url}/?from=now-1m&to=now`);
  await ready(page, 'cpu-chart', 'memory-chart');
  await collected(server, 10_000);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.keyboard.press('t');
    await page.screenshot({ path: `${FOLDER}/time-range-${size.width}.png` });
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.screenshot({ path: `${FOLDER}/keys-${size.width}.png` });
    await page.keyboard.press('Escape');
  }
  await page.setViewportSize(SIZES[0]);
  await picture(page, 'memory-chart').scrollIntoViewIfNeeded();
  const plot = await plotOf(page, 'memory-chart');
  await page.mouse.move(plot.right - 18, plot.top + 90);
  await expect(page.locator('.chart-tooltip')).toBeVisible();
  await page.screenshot({ path: `${FOLDER}/crosshair-1440.png` });
  await page.mouse.move(5, 5);
  await server.stop();
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'lost');
  await page.screenshot({ path: `${FOLDER}/lost-1440.png` });
});
