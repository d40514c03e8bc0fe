import { expect } from '@playwright/test';

/** The panels that tests name, by their numbers: those of dashboards/overview.json and then of dashboards/host.json. */
const NUMBERS = {
  hosts: 1,
  services: 2,
  'targets-down': 3,
  firing: 4,
  samples: 5,
  series: 6,
  'cpu-chart': 7,
  'memory-chart': 8,
  'network-chart': 9,
  'disk-chart': 10,
  'worst-cpu': 12,
  'worst-memory': 13,
  'worst-disks': 14,
  'worst-errors': 15,
  'own-cpu': 17,
  'own-memory': 18,
  'own-samples': 19,

  'host-cpu': 1,
  'host-memory': 2,
  temperature: 5,
  uptime: 6,
  cores: 8,
  load: 9,
  memory: 11,
  'process-table': 22,
  'process-count': 23,
  facts: 24,
  collector: 25,
};

/** The colours of the first series, as in crates/chart. */
export const SERIES = [
  [0x3b, 0x82, 0xf6],
  [0xd9, 0x77, 0x06],
  [0x0d, 0x94, 0x88],
];

/** The frame of the panel with this name, or with this key; `result` is the answer of the page Explore. */
export function panel(page, name) {
  return page.locator(name === 'result' ? '#result' : `section.board-panel[id="panel-${NUMBERS[name] ?? name}"]`);
}

/** The picture of a panel. */
export function picture(page, name) {
  return panel(page, name).locator('.board-chart');
}

/**
 * The page is in the browser's hands, and what these panels show is drawn by the browser. A panel below the screen is only drawn
 * once it comes in sight.
 */
export async function ready(page, ...names) {
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  for (const name of names) {
    await panel(page, name).scrollIntoViewIfNeeded();
    await expect(panel(page, name)).toHaveAttribute('data-state', 'ready');
    const content = panel(page, name).locator('.board-chart[data-drawn="true"], .panel-table');
    await expect(content.first()).toBeVisible();
  }
}

/** What a picture says in words, with its numbers: for those who can't see it. */
export async function words(page, name) {
  return picture(page, name).getAttribute('aria-label');
}

/**
 * In the page: what is on a canvas. The plot lies where the lines of the grid do: what is written on the axes decides how much
 * room is left for it. The canvas is copied first, since reading from it makes the browser treat it differently.
 */
function look(canvas, color) {
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  const columns = new Array(width).fill(false);
  let [first, last, fingerprint] = [0, -1, 17];
  for (let y = 0; y < height; y += 1) {
    let begin = 0;
    for (let x = 0; x <= width; x += 1) {
      const at = (y * width + x) * 4;
      // The end of a run of pixels that something is drawn on.
      if (x === width || data[at + 3] < 16) {
        if (x - begin > last - first + 1) {
          [first, last] = [begin, x - 1];
        }
        begin = x + 1;
      }
      if (x < width) {
        const near = (part, index) => Math.abs(data[at + index] - part) < 24;
        columns[x] ||= data[at + 3] > 150 && color.every(near);
        fingerprint = (Math.imul(fingerprint, 31) + data[at] + data[at + 1] * 3 + data[at + 2] * 5 + data[at + 3] * 7) | 0;
      }
    }
  }
  // The outermost columns of the plot are half beside it.
  return { first, last, ratio: width / canvas.clientWidth, columns: columns.slice(first + 1, last), anywhere: columns.some(Boolean), fingerprint };
}

async function seen(page, name, color = SERIES[0]) {
  return panel(page, name).locator('canvas').evaluate(look, color);
}

/** Where the plot of a chart lies on the screen, in CSS pixels. */
export async function plotOf(page, name) {
  const { first, last, ratio } = await seen(page, name);
  const box = await panel(page, name).locator('canvas').boundingBox();
  return { left: box.x + first / ratio, right: box.x + (last + 1) / ratio, top: box.y, bottom: box.y + box.height };
}

/** The place of a fraction of a chart's time axis on the screen. */
export async function pointOn(page, name, fraction) {
  await picture(page, name).scrollIntoViewIfNeeded();
  const { left, right, top, bottom } = await plotOf(page, name);
  return { x: left + (right - left) * fraction, y: (top + bottom) / 2 };
}

/** Where a series is drawn: for each pixel column of the plot, from left to right, whether `color` is in it. */
export async function drawnColumns(page, name, color) {
  return (await seen(page, name, color)).columns;
}

/** Whether a colour is anywhere on a picture, beside its plot, too. */
export async function isDrawn(page, name, color) {
  return (await seen(page, name, color)).anywhere;
}

/** How much of the time from `start` to `end` is drawn, from 0 to 1, on a chart that shows the last `length` ms. */
export async function shareDrawn(page, name, length, start, end) {
  const columns = await drawnColumns(page, name);
  const now = Date.now();
  const column = (time) => Math.round((1 - (now - time) / length) * columns.length);
  const part = columns.slice(Math.max(column(start), 0), Math.max(column(end), 0));
  return part.filter(Boolean).length / part.length;
}

/** How many milliseconds lie between the newest point drawn and the right edge. */
export async function lag(page, name, length) {
  const columns = await drawnColumns(page, name);
  return ((columns.length - 1 - columns.lastIndexOf(true)) / columns.length) * length;
}

/** A number that stands for what is on the canvas. */
export async function fingerprint(page, name) {
  return (await seen(page, name)).fingerprint;
}

/** Waits until the server has collected for so long that charts have something to show. */
export async function collected(watchfire, millis) {
  const missing = () => watchfire.startedAt + millis - Date.now();
  await expect.poll(missing, { timeout: millis + 5000, intervals: [250] }).toBeLessThanOrEqual(0);
}
