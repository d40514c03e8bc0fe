import { SERIES, collected, drawnColumns, fingerprint, panel, picture, pointOn, ready } from '../charts.js';
import { expect, test } from '../fixtures.js';

const tooltip = (page, id) => panel(page, id).locator('.chart-tooltip');

test.beforeEach(async ({ watchfire }) => collected(watchfire, 8000));

async function dragOver(page, id, from, to) {
  const [start, end] = [await pointOn(page, id, from), await pointOn(page, id, to)];
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move((start.x + end.x) / 2, end.y, { steps: 4 });
  await expect(panel(page, id).locator('.chart-selection')).toBeVisible();
  await page.mouse.move(end.x, end.y, { steps: 4 });
  await page.mouse.up();
}

function rangeOf(page) {
  const query = new URL(page.url()).searchParams;
  return ['from', 'to'].map((end) => Date.parse(query.get(end)));
}

test('a drag zooms all charts in, Ctrl+Z goes back step by step', async ({ page, watchfire }) => {
  await collected(watchfire, 40_000);
  await page.goto('/?from=now-1m&to=now');
  await ready(page, 'cpu-chart', 'memory-chart');
  await dragOver(page, 'cpu-chart', 0.5, 0.9);
  await expect(page).toHaveURL(/from=20.*&to=20/);
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'fixed');
  const [from, to] = rangeOf(page);
  expect(Math.abs(to - from - 24_000), 'two fifths of a minute').toBeLessThan(2500);
  expect(Math.abs(Date.now() - 6000 - to), 'up to a tenth before the end').toBeLessThan(4000);

  // The other chart shows the same range: a part of it is the same part of this range.
  await ready(page, 'memory-chart');
  await expect.poll(async () => (await drawnColumns(page, 'memory-chart')).every(Boolean)).toBe(true);
  const whole = await fingerprint(page, 'memory-chart');
  await dragOver(page, 'memory-chart', 0.25, 0.5);
  await expect.poll(() => rangeOf(page)).not.toEqual([from, to]);
  const [innerFrom, innerTo] = rangeOf(page);
  expect(Math.abs(innerFrom - (from + 6000))).toBeLessThan(2000);
  expect(Math.abs(innerTo - (from + 12_000))).toBeLessThan(2000);
  await expect.poll(() => fingerprint(page, 'memory-chart')).not.toBe(whole);

  await page.keyboard.press('Control+z');
  await expect.poll(() => rangeOf(page)).toEqual([from, to]);
  await expect.poll(() => fingerprint(page, 'memory-chart'), 'the same picture again').toBe(whole);
  await page.keyboard.press('Control+z');
  await expect(page).toHaveURL('/?from=now-1m&to=now');
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live');
  await ready(page, 'cpu-chart', 'memory-chart');
});

test('a drag to the left zooms in, too', async ({ page }) => {
  await page.goto('/host');
  await ready(page, 'load');
  await dragOver(page, 'load', 0.9, 0.5);
  await expect(page).toHaveURL(/\/host\?from=20.*&to=20/);
  const [from, to] = rangeOf(page);
  // The page shows a quarter of an hour, so that a pixel is more than a second.
  expect(Math.abs(to - from - 360_000)).toBeLessThan(6000);
});

test("the browser's back and forward go through the ranges", async ({ page }) => {
  await page.goto('/');
  await ready(page, 'cpu-chart');
  await dragOver(page, 'cpu-chart', 0.6, 0.9);
  await expect(page).toHaveURL(/from=20/);
  const zoomed = page.url();
  await page.goBack();
  await expect(page).toHaveURL('/');
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live');
  await ready(page, 'cpu-chart');
  await page.goForward();
  await expect(page).toHaveURL(zoomed);
  await expect(page.locator('.connection')).toHaveAttribute('data-state', 'fixed');
});

test('the crosshair stands on all charts at the same time, the tooltip on one', async ({ page }) => {
  // All of them in sight.
  await page.setViewportSize({ width: 1440, height: 1500 });
  await page.goto('/');
  const names = ['cpu-chart', 'memory-chart', 'disk-chart', 'own-cpu', 'own-memory', 'own-samples'];
  await ready(page, ...names);
  const place = await pointOn(page, 'cpu-chart', 0.99);
  await page.mouse.move(place.x, place.y);
  for (const name of names) {
    await expect(panel(page, name).locator('.chart-crosshair'), name).toBeVisible();
  }
  for (const name of ['memory-chart', 'own-cpu']) {
    const line = await panel(page, name).locator('.chart-crosshair').boundingBox();
    const expected = await pointOn(page, name, 0.99);
    expect(Math.abs(line.x - expected.x), name).toBeLessThan(3);
  }
  await expect(page.locator('.chart-tooltip')).toHaveCount(1);
  await expect(tooltip(page, 'cpu-chart').locator('time')).toHaveText(/^[A-Z][a-z]{2} \d\d, \d\d:\d\d:\d\d$/);
  await expect(tooltip(page, 'cpu-chart').locator('li')).toHaveText(/^\S+\s*\d+(\.\d+)? %$/);
  await page.mouse.move(5, 5);
  await expect(page.locator('.chart-tooltip')).toHaveCount(0);
  await expect(panel(page, 'memory-chart').locator('.chart-crosshair')).toBeHidden();
});

test('the tooltip tells the time of the zone that is shown', async ({ page }) => {
  await page.goto('/');
  await ready(page, 'cpu-chart');
  const place = await pointOn(page, 'cpu-chart', 0.98);
  await page.mouse.move(place.x, place.y);
  const [hours, minutes] = (await tooltip(page, 'cpu-chart').locator('time').innerText()).slice(-8).split(':');
  const expected = new Date(Date.now() - 6000 + 345 * 60_000);
  const difference = Number(hours) * 60 + Number(minutes) - expected.getUTCHours() * 60 - expected.getUTCMinutes();
  expect([0, 1, 1439, 1440], `${hours}:${minutes}`).toContain((difference + 1440) % 1440);
});

test('pictures hold still under the pointer while data goes on arriving', async ({ page }) => {
  await page.goto('/');
  const names = ['samples', 'cpu-chart', 'memory-chart'];
  await ready(page, ...names);
  const place = await pointOn(page, 'cpu-chart', 0.5);
  await page.mouse.move(place.x, place.y);
  await expect(tooltip(page, 'cpu-chart')).toBeVisible();
  const pictures = () => Promise.all(names.map((name) => fingerprint(page, name)));
  // All of them: a value of its own may rest at 100 %.
  const value = async () => (await page.locator('.legend-value').allInnerTexts()).join();
  // A frame that was asked for before the pointer came may still be drawn.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const [still, first] = [await pictures(), await value()];
  await expect.poll(value, { timeout: 8000, message: 'the legend goes on' }).not.toBe(first);
  const second = await value();
  await expect.poll(value, { timeout: 8000, message: 'the legend goes on' }).not.toBe(second);
  expect(await pictures()).toEqual(still);
  await page.mouse.move(5, 5);
  await expect.poll(pictures).not.toEqual(still);
});

test('a double click lets the picture under the pointer go on, a click pins its tooltip', async ({ page }) => {
  await page.goto('/');
  await ready(page, 'cpu-chart', 'memory-chart');
  const place = await pointOn(page, 'cpu-chart', 0.5);
  await page.mouse.move(place.x, place.y);
  await page.mouse.click(place.x, place.y);
  await expect(tooltip(page, 'cpu-chart')).toHaveClass(/pinned/);
  await page.mouse.move(5, 5);
  await expect(tooltip(page, 'cpu-chart'), 'it stays without the pointer').toBeVisible();
  await page.mouse.dblclick(place.x, place.y);
  const there = await fingerprint(page, 'cpu-chart');
  await expect.poll(() => fingerprint(page, 'cpu-chart')).not.toBe(there);
});

test('arrow keys read a chart value after value', async ({ page }) => {
  await page.goto('/');
  await ready(page, 'cpu-chart');
  await picture(page, 'cpu-chart').focus();
  const seconds = async () => {
    const [hours, minutes, seconds] = (await tooltip(page, 'cpu-chart').locator('time').innerText()).slice(-8).split(':');
    return (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  };
  for (let press = 0; press < 4; press += 1) {
    await page.keyboard.press('ArrowLeft');
  }
  const back = await seconds();
  await expect(tooltip(page, 'cpu-chart').locator('.legend-value')).toHaveText(/\d/);
  await page.keyboard.press('ArrowLeft');
  expect((back - (await seconds()) + 86_400) % 86_400).toBe(1);
  await page.keyboard.press('ArrowRight');
  expect(await seconds()).toBe(back);
  await page.keyboard.press('Escape');
  await expect(tooltip(page, 'cpu-chart')).toHaveCount(0);
});

test('a click in the legend shows one series alone, Ctrl+click hides or shows one', async ({ page }) => {
  await page.goto('/host');
  await ready(page, 'load');
  const entries = panel(page, 'load').locator('.legend-entry');
  const pressed = () => entries.evaluateAll((all) => all.map((entry) => entry.ariaPressed));
  const drawn = () => Promise.all(SERIES.map(async (color) => (await drawnColumns(page, 'load', color)).some(Boolean)));
  await expect(entries).toHaveText([/^1 min/, /^5 min/, /^15 min/, /^cores/]);
  await expect.poll(drawn).toEqual([true, true, true]);
  const steps = [
    [1, [], ['false', 'true', 'false', 'false']],
    [1, [], ['true', 'true', 'true', 'true']],
    [2, ['Control'], ['true', 'true', 'false', 'true']],
    [0, ['Control'], ['false', 'true', 'false', 'true']],
    [0, ['Control'], ['true', 'true', 'false', 'true']],
    [0, [], ['true', 'false', 'false', 'false']],
  ];
  for (const [index, modifiers, expected] of steps) {
    await entries.nth(index).click({ modifiers });
    expect(await pressed()).toEqual(expected);
    // The pointer stands on the legend, not on the chart, so the picture follows.
    await expect.poll(drawn).toEqual(expected.slice(0, 3).map((word) => word === 'true'));
  }
});

/** A number with its unit as a number: of percent, bytes, and none. */
function size(text) {
  const [, number, unit] = /^(-?[\d.\s\u202f]+)\s*(\S*)$/u.exec(text.trim()) ?? [];
  const steps = { '': 1, '%': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
  return number === undefined ? NaN : Number(number.replace(/\s/gu, '')) * steps[unit];
}

test('the table of processes sorts by each column, both ways', async ({ page }) => {
  await page.goto('/host');
  await ready(page, 'process-table');
  const table = panel(page, 'process-table').locator('table');
  const heads = table.locator('thead th');
  const column = (index) => table.locator('tbody tr').evaluateAll(
    (rows, index) => rows.map((row) => row.cells[index].textContent),
    index,
  );
  const sorted = (texts, named, falling) => {
    // A program that has just begun has no value yet.
    const keys = texts.filter((text) => text !== '–').map((text) => (named ? text : size(text)));
    const order = (a, b) => (falling ? a >= b : a <= b);
    return keys.every((key, index) => index === 0 || order(keys[index - 1], key));
  };
  await expect(heads).toHaveText(['Program', 'CPU', 'Memory', 'Instances', 'Process id']);
  await expect(heads.nth(1), 'by what uses most').toHaveAttribute('aria-sort', 'descending');
  for (const index of [0, 2, 3, 4, 1]) {
    for (const order of ['ascending', 'descending']) {
      await heads.nth(index).getByRole('button').click();
      await expect(heads.nth(index)).toHaveAttribute('aria-sort', order);
      await expect(table.locator('thead [aria-sort="none"]')).toHaveCount(4);
      const texts = await column(index);
      expect(texts.length).toBeGreaterThan(3);
      expect(sorted(texts, index === 0, order === 'descending'), `column ${index} ${order}: ${texts}`).toBe(true);
    }
  }
  await heads.nth(2).getByRole('button').click();
  for (let click = 0; click < 2; click += 1) {
    await heads.nth(2).getByRole('button').click();
  }
  await expect(heads.nth(1), 'the third click brings its own order back').toHaveAttribute('aria-sort', 'descending');
});
