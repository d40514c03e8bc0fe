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
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts', exact: true })).toBeVisible();

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
