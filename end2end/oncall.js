// What the tests of alerts and of those who look after them share.
import { expect } from './fixtures.js';

/** Asks the server and gives what is in the answer. */
export async function call(server, method, path, body) {
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
export async function push(server, host, value) {
  const response = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: `temperature{host="${host}"} ${value}\n` });
  expect(response.ok, await response.text()).toBe(true);
}

/** A rule that fires as soon as `temperature` is above 80. */
export const makeRule = (server) => call(server, 'POST', '/api/v1/watchfire/rules', {
  uid: 'hot',
  rule: { name: 'Hot', query: 'temperature', condition: { is: 'above', threshold: 80 }, interval: '1s', severity: 'critical', summary: '{{ $labels.host }} is hot' },
});

/** An alert that another server sends. */
export const sent = (labels) => ({ labels, annotations: { summary: 'sent by another' } });

export const tell = (server, ...alerts) => call(server, 'POST', '/api/v2/alerts', alerts.map(sent));

export async function open(page, url) {
  await page.goto(url);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
}

export const ready = (page) => expect(page.locator('.alerting')).toHaveAttribute('data-state', 'ready');
export const words = (page) => page.locator('.alerting-words').first();
export const view = (page, name) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name });

export const bare = (launch, ...flags) => launch({ flags: ['--no-collect', ...flags] });
