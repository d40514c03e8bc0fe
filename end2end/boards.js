import { expect } from '@playwright/test';

/** Calls the API of the server; fails for an answer that is not one of success. */
export async function call(watchfire, method, path, body) {
  const text = typeof body === 'string' ? body : body && JSON.stringify(body);
  const response = await fetch(watchfire.url + path, { method, body: text, headers: text ? { 'Content-Type': 'application/json' } : {} });
  const answer = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${answer}`);
  }
  return answer ? JSON.parse(answer).data : undefined;
}

/** A dashboard with a chart and a number of this host. */
export function dashboard(uid, more = {}) {
  return {
    schema: 1,
    uid,
    title: `Test ${uid}`,
    time: { from: 'now-5m', refresh: '1s' },
    panels: [
      {
        id: 1,
        kind: 'time_series',
        title: 'CPU',
        at: { x: 0, y: 0, w: 12, h: 8 },
        queries: [{ id: 'A', expr: 'system_cpu_usage_percent', legend: 'busy' }],
        field: { unit: 'percent', min: 0, max: 100 },
      },
      {
        id: 2,
        kind: 'stat',
        title: 'Uptime',
        at: { x: 12, y: 0, w: 6, h: 4 },
        queries: [{ id: 'A', expr: 'system_uptime_seconds' }],
        field: { unit: 's' },
      },
    ],
    ...more,
  };
}

/** Puts a dashboard on the server in the place of what was there. */
export async function store(watchfire, board) {
  await fetch(`${watchfire.url}/api/v1/dashboards/${board.uid}`, { method: 'DELETE' });
  await call(watchfire, 'POST', '/api/v1/dashboards', board);
}

/** A panel of a dashboard, by its key. */
export function boardPanel(page, key) {
  return page.locator(`[id="panel-${key}"]`);
}

/** Waits until the browser has drawn these panels itself. */
export async function drawn(page, ...keys) {
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  for (const key of keys) {
    await expect(boardPanel(page, key).locator('.board-chart')).toHaveAttribute('data-drawn', 'true');
    await expect(boardPanel(page, key)).toHaveAttribute('data-state', 'ready');
  }
}

/** Adds a panel of a kind while its dashboard is edited. */
export async function addPanel(page, kind) {
  await page.locator('.add-menu summary').click();
  await page.locator('.add-menu').getByRole('button', { name: kind, exact: true }).click();
}
