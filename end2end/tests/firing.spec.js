import { expect, test } from '../fixtures.js';

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

/** Sends one sample of `temperature` of a host. */
async function push(server, host, value) {
  const body = `temperature{host="${host}"} ${value}\n`;
  const response = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body });
  expect(response.ok, await response.text()).toBe(true);
}

test('the number of alerts that fire stands beside the way to them and follows them', async ({ page, launch }) => {
  const server = await launch({ flags: ['--no-collect'] });
  const rule = { name: 'Hot', query: 'temperature', condition: { is: 'above', threshold: 80 }, interval: '1s', severity: 'critical' };
  await call(server, 'POST', '/api/v1/watchfire/rules', { uid: 'hot', rule });
  await page.goto(server.url);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  const count = page.locator('.nav-count');
  await expect(count, 'nothing fires').toHaveCount(0);

  await push(server, 'a', 95);
  const firing = async () => (await call(server, 'GET', '/api/v1/watchfire/alerts/firing')).data.firing;
  await expect.poll(firing, { timeout: 15_000 }).toBe(1);
  // It is in the page that the server renders, and stays there when the browser takes it over.
  await page.reload();
  await expect(count).toHaveText('1 alert fires, the gravest: critical');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await expect(count).toHaveText('1 alert fires, the gravest: critical');
  await expect(count).toHaveAttribute('data-severity', 'critical');
  const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts', exact: true });
  await expect(link, 'it is heard with the way there').toHaveAccessibleDescription('1 alert fires, the gravest: critical');

  await page.mouse.move(300, 300);
  await page.mouse.move(400, 400);
  await push(server, 'b', 99);
  await expect(count).toHaveText('2 alerts fire, the gravest: critical', { timeout: 20_000 });
  await call(server, 'POST', '/api/v2/silences', {
    matchers: [{ name: 'alertname', value: 'Hot', isRegex: false }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: 'me',
    comment: 'known',
  });
  await expect(count, 'what is silenced does not count').toHaveCount(0, { timeout: 20_000 });
});

test('a number of alerts that nobody confirms goes, and who is slow is asked once', async ({ page, launch }) => {
  test.slow();
  const server = await launch({ flags: ['--no-collect'] });
  const rule = { name: 'Hot', query: 'temperature', condition: { is: 'above', threshold: 80 }, interval: '1s', severity: 'critical' };
  await call(server, 'POST', '/api/v1/watchfire/rules', { uid: 'hot', rule });
  const hosts = Array.from({ length: 120 }, (_, host) => `temperature{host="${host}"} 95\n`).join('');
  const pushed = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: hosts });
  expect(pushed.ok, await pushed.text()).toBe(true);
  const firing = async () => (await call(server, 'GET', '/api/v1/watchfire/alerts/firing')).data.firing;
  await expect.poll(firing, { timeout: 15_000 }).toBe(120);

  let asked = 0;
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.route('**/api/v1/watchfire/alerts/firing', async (route) => {
    asked += 1;
    await released;
    await route.continue();
  });
  await page.goto(server.url);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  const count = page.locator('.nav-count');
  const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts', exact: true });
  await expect(link).toHaveAccessibleDescription('120 alerts fire, the gravest: critical');
  const short = count.getByText('99+', { exact: true });
  await expect(short, 'there is room for all of it').toBeHidden();
  await page.mouse.move(300, 300);
  await page.mouse.move(400, 400);
  await page.keyboard.press('[');
  await expect(short).toBeVisible();
  expect((await count.boundingBox()).width, 'the icon is seen').toBeLessThan(42);
  await expect(link).toHaveAccessibleDescription('120 alerts fire, the gravest: critical');

  await expect(link, 'nobody knows whether it is right still')
    .toHaveAccessibleDescription('? how many alerts fire is not known now', { timeout: 40_000 });
  expect(asked).toBe(1);
  release();
  await expect(link).toHaveAccessibleDescription('120 alerts fire, the gravest: critical');
});

test('the number is followed though its code could not be loaded at first', async ({ page, launch, problems }) => {
  test.slow();
  problems.foresee(/\/assets\/|net::ERR_FAILED|Failed to (fetch|load)|piece \(/);
  const server = await launch({ flags: ['--no-collect'] });
  await page.goto(server.url);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  let refused = 0;
  const refuse = (route) => {
    refused += 1;
    return route.abort();
  };
  await page.route('**/assets/**', refuse);
  const asked = page.waitForRequest('**/api/v1/watchfire/alerts/firing', { timeout: 60_000 });
  await page.mouse.move(300, 300);
  await page.mouse.move(400, 400);
  await expect.poll(() => refused).toBeGreaterThan(0);
  await page.unroute('**/assets/**', refuse);
  await asked;
});
