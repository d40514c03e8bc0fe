import { expect } from '@playwright/test';

/** The room around a chart's plot in CSS pixels, as crates/chart lays it out. */
const INSETS = { left: 62, right: 12 };

/** The colours of the first series, as in crates/chart. */
export const SERIES = [
  [0x3b, 0x82, 0xf6],
  [0xd9, 0x77, 0x06],
  [0x0d, 0x94, 0x88],
];

/** The frame of the panel with this id. */
export function panel(page, id) {
  return page.locator(`section.panel[id="${id}"]`);
}

/** The page is in the browser's hands, and the charts of these panels stand on their canvas. */
export async function ready(page, ...ids) {
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  for (const id of ids) {
    await expect(panel(page, id)).toHaveAttribute('data-state', 'ready');
    await expect(panel(page, id).locator('.chart')).toHaveAttribute('data-drawn', 'true');
  }
}

/** The place of a fraction of a chart's time axis on the screen. */
export async function pointOn(page, id, fraction) {
  const chart = panel(page, id).locator('.chart');
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  const width = box.width - INSETS.left - INSETS.right;
  return { x: box.x + INSETS.left + width * fraction, y: box.y + box.height / 2 };
}

/**
 * Where a series is drawn: for each pixel column of the plot, from left to right, whether `color` is in it.
 * The canvas is copied first, since reading from it makes the browser treat it differently.
 */
export async function drawnColumns(page, id, color = SERIES[0]) {
  return panel(page, id).locator('canvas').evaluate(
    (canvas, { color, insets }) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      const isColor = (at) =>
        data[at + 3] > 150 && color.every((part, index) => Math.abs(data[at + index] - part) < 24);
      const columns = [];
      for (let x = insets.left; x < canvas.width - insets.right; x += 1) {
        let found = false;
        for (let y = 0; y < canvas.height && !found; y += 1) {
          found = isColor((y * canvas.width + x) * 4);
        }
        columns.push(found);
      }
      return columns;
    },
    { color, insets: INSETS },
  );
}

/** How much of the time from `start` to `end` is drawn, from 0 to 1, on a chart that shows the last `length` ms. */
export async function shareDrawn(page, id, length, start, end) {
  const columns = await drawnColumns(page, id);
  const now = Date.now();
  const column = (time) => Math.round((1 - (now - time) / length) * columns.length);
  const part = columns.slice(Math.max(column(start), 0), Math.max(column(end), 0));
  return part.filter(Boolean).length / part.length;
}

/** How many milliseconds lie between the newest point drawn and the right edge. */
export async function lag(page, id, length) {
  const columns = await drawnColumns(page, id);
  return ((columns.length - 1 - columns.lastIndexOf(true)) / columns.length) * length;
}

/** A number that stands for what is on the canvas. */
export async function fingerprint(page, id) {
  return panel(page, id).locator('canvas').evaluate((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 17);
  });
}

/** Waits until the server has collected for so long that charts have something to show. */
export async function collected(watchfire, millis) {
  const missing = () => watchfire.startedAt + millis - Date.now();
  await expect.poll(missing, { timeout: millis + 5000, intervals: [250] }).toBeLessThanOrEqual(0);
}
