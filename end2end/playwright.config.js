import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGUMENTS } from './chromium.js';

// `cargo xtask test` sets these; by hand, build first and set them as it does.
for (const name of ['WATCHFIRE_BIN', 'WATCHFIRE_SITE_DIR', 'CHROMIUM']) {
  if (!process.env[name]) {
    throw new Error(`The environment variable ${name} is not set; run \`cargo xtask test --only-browser\`.`);
  }
}

export default defineConfig({
  testDir: 'tests',
  outputDir: 'artifacts/results',
  // Each worker has a server and a browser of its own; more of them than cores make times meaningless.
  workers: 2,
  // On a machine that others use, too, a test may starve; one that needed its second try is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['html', { outputFolder: 'artifacts/report', open: 'never' }]],
  use: {
    launchOptions: { executablePath: process.env.CHROMIUM, args: CHROMIUM_ARGUMENTS },
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
    // Neither the server's zone nor a whole number of hours from it: times that mix zones up come out wrong.
    timezoneId: 'Asia/Kathmandu',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
});
