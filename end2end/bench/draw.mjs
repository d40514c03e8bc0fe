// What large panels and dashboards cost: the time to draw 10 series of 2,000 points,
// in the browser and as a picture by the server, and how long the page stands
// still while 10,000 series, 500 panels or a dashboard of 5 MB open.
//
//   node bench/draw.mjs [--seconds N]     N: for how long the chart is watched, 30 if not given
import { chromium } from '@playwright/test';
import { call } from '../boards.js';
import { CHROMIUM_ARGUMENTS } from '../chromium.js';
import { Watchfire } from '../watchfire.js';
import { machine, median, needEnvironment, print, rounded, seconds, secondsOption, table } from './report.mjs';

const SERIES = 10;
const POINTS = 2000;
const MANY_SERIES = 10_000;
const MANY_PANELS = 500;
// Below `dashboards.max_bytes`.
const LARGE_BYTES = 5_000_000;
// What the Web Vitals call good: the page answers a key or click within this.
const ANSWERS = 200;
// Paints that change nothing take less; they would pull the median down.
const A_PAINT = 0.3;

needEnvironment();
const watching = secondsOption(30);
const server = await Watchfire.start({ flags: ['--collect-interval', '1s', '--rules-shipped'] });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: CHROMIUM_ARGUMENTS });
try {
  await store();
  const chart = await draw();
  const pictures = { png: await picture('png'), svg: await picture('svg') };
  const opened = [];
  for (const [name, board] of [manySeries(), manyPanels(), largeBoard()]) {
    opened.push({ name, ...(await open(board)) });
  }
  report(chart, pictures, opened);
} finally {
  await browser.close();
  await server.remove();
}

/** Samples of the last half hour and more for the chart; many series with a minute each. */
async function store() {
  const now = Math.floor(Date.now() / 1000) * 1000;
  for (let series = 0; series < SERIES; series += 1) {
    const lines = [];
    for (let point = -POINTS - 100; point <= 0; point += 1) {
      lines.push(`bench_wave{series="${series}"} ${value(series, point)} ${now + point * 1000}`);
    }
    await push(lines);
  }
  for (let minute = -60; minute <= 0; minute += 10) {
    const lines = [];
    for (let series = 0; series < MANY_SERIES; series += 1) {
      lines.push(`bench_many{series="${series}"} ${value(series % 100, minute)} ${now + minute * 1000}`);
    }
    await push(lines);
  }
}

function value(series, point) {
  return (series * 10 + 4 * Math.sin(point / (20 + series)) + Math.random()).toFixed(3);
}

async function push(lines) {
  const answer = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: `${lines.join('\n')}\n` });
  if (!answer.ok) {
    throw new Error(`samples: ${answer.status} ${await answer.text()}`);
  }
}

/** Watches one wide chart that moves on each second, and tells what its paints take. */
async function draw() {
  await call(server, 'POST', '/api/v1/dashboards', {
    schema: 1,
    uid: 'chart',
    title: 'chart',
    time: { from: `now-${POINTS}s`, refresh: '1s' },
    panels: [panel(1, 'bench_wave', { x: 0, y: 0, w: 24, h: 20 }, { max_points: POINTS, min_step: '1s' })],
  });
  const page = await fresh({ width: 2300, height: 900 });
  await page.goto(`${server.url}/d/chart`);
  await page.waitForFunction(() => document.querySelectorAll('[data-drawn="true"]').length === 1);
  await seconds(3);
  const width = await page.evaluate(() => document.querySelector('.board-chart canvas')?.clientWidth ?? 0);
  // Samples go on, as at 1 s refresh each paint has to be of something new.
  const until = performance.now() + watching * 1000;
  await page.evaluate(() => (window.paints.length = 0));
  while (performance.now() < until) {
    const now = Date.now();
    await push(Array.from({ length: SERIES }, (_, series) => `bench_wave{series="${series}"} ${value(series, now / 1000)} ${now}`));
    await seconds(1);
  }
  const paints = (await page.evaluate(() => window.paints)).filter((took) => took > A_PAINT).sort((a, b) => a - b);
  await page.context().close();
  return { width, paints: paints.length, median: median(paints), most: paints.at(-1), p95: paints[Math.floor(paints.length * 0.95)] };
}

/** The time that the server takes for a picture of 10 series x 1,000 points: each a pixel wider, so that none is kept. */
async function picture(format) {
  const times = [];
  for (let width = 1000; width < 1020; width += 1) {
    const began = performance.now();
    const answer = await fetch(`${server.url}/render/d/chart.${format}?panel=1&width=${width}&height=500&from=now-1000s`);
    const { byteLength } = await answer.arrayBuffer();
    if (!answer.ok || byteLength < 1000) {
      throw new Error(`a picture: ${answer.status}, ${byteLength} bytes`);
    }
    times.push(performance.now() - began);
  }
  return median(times);
}

function panel(id, expr, at, more = {}) {
  const queries = [{ id: 'A', expr, legend: '{{series}}' }];
  return { id, kind: 'time_series', title: `Panel ${id}`, at, queries, view: { legend: { shape: 'hidden' } }, ...more };
}

function manySeries() {
  const board = { schema: 1, uid: 'series', title: 'series', time: { from: 'now-5m', refresh: '5s' }, panels: [panel(1, 'bench_many', { x: 0, y: 0, w: 24, h: 16 })] };
  return [`${MANY_SERIES.toLocaleString('en')} series in a panel`, board];
}

function manyPanels() {
  const at = (index) => ({ x: (index % 6) * 4, y: Math.floor(index / 6) * 5, w: 4, h: 5 });
  const panels = Array.from({ length: MANY_PANELS }, (_, index) => panel(index + 1, `system_cpu_usage_percent + ${index} * 0`, at(index)));
  return [`${MANY_PANELS} panels`, { schema: 1, uid: 'panels', title: 'panels', time: { from: 'now-5m', refresh: '5s' }, panels }];
}

function largeBoard() {
  const count = 100;
  const words = 'Words of a runbook that somebody pasted into a panel, **with marks**.\n\n';
  const text = words.repeat(Math.floor((LARGE_BYTES / count - 500) / words.length));
  const at = (index) => ({ x: (index % 3) * 8, y: Math.floor(index / 3) * 8, w: 8, h: 8 });
  const panels = Array.from({ length: count }, (_, index) => ({ id: index + 1, kind: 'text', title: `Text ${index + 1}`, at: at(index), view: { text } }));
  const board = { schema: 1, uid: 'large', title: 'large', time: { from: 'now-5m', refresh: '5s' }, panels };
  return [`a dashboard of ${(JSON.stringify(board).length / 1e6).toFixed(1)} MB`, board];
}

/** Opens a dashboard, presses a key, goes to its end, and tells how long nothing else could have happened meanwhile. */
async function open(board) {
  await call(server, 'POST', '/api/v1/dashboards', board);
  const page = await fresh({ width: 1440, height: 900 });
  const began = performance.now();
  await page.goto(`${server.url}/d/${board.uid}`, { waitUntil: 'commit' });
  await page.waitForFunction(() => document.querySelector('.board-panel:is([data-state="ready"], [data-kind="text"])'));
  const seen = performance.now() - began;
  await page.waitForFunction(() => document.documentElement.dataset.hydrated === 'true');
  const ready = performance.now() - began;
  await seconds(10);
  const opening = await longest(page);
  const scrolled = performance.now();
  await page.mouse.move(700, 450);
  for (let turn = 0; turn < 40; turn += 1) {
    await page.mouse.wheel(0, 600);
    await seconds(0.05);
  }
  const scrolling = (performance.now() - scrolled) / 1000;
  await seconds(2);
  const moving = await longest(page);
  const notes = await page.evaluate(() => [...document.querySelectorAll('.panel-notes')].map((note) => note.getAttribute('title')).slice(0, 1));
  await page.context().close();
  return { seen, ready, opening, moving, scrolling, notes };
}

/** The longest task since it was asked the last time, in milliseconds; 0 where none took 50. */
function longest(page) {
  return page.evaluate(() => Math.max(0, ...window.tasks.splice(0)));
}

/** A page that takes down the time of each paint and each long task. */
async function fresh(viewport) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.paints = [];
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((task) => task.duration))).observe({ type: 'longtask', buffered: true });
    const ask = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (paint) =>
      ask((time) => {
        const began = performance.now();
        paint(time);
        window.paints.push(performance.now() - began);
      });
  });
  return page;
}

function report(chart, pictures, opened) {
  const checks = [
    { name: `a chart of ${SERIES} series x ${POINTS} points, ${chart.width} px wide, ${chart.paints} paints: median`, value: rounded(chart.median), most: 8, unit: 'ms' },
    ...Object.entries(pictures).map(([format, took]) => ({ name: `${SERIES} series x 1,000 points as ${format.toUpperCase()}`, value: rounded(took), most: 50, unit: 'ms' })),
    ...opened.flatMap(({ name, opening, moving }) => [
      { name: `${name}: longest task while it opens`, value: rounded(opening), most: ANSWERS, unit: 'ms' },
      { name: `${name}: longest task while it is scrolled through`, value: rounded(moving), most: ANSWERS, unit: 'ms' },
    ]),
  ];
  const rows = [
    ['a paint of that chart, 95th percentile (ms)', rounded(chart.p95)],
    ['the longest (ms)', rounded(chart.most)],
    ...opened.flatMap(({ name, seen, ready, notes }) => [
      [`${name}: first panel seen after (ms)`, rounded(seen)],
      [`${name}: interactive after (ms)`, rounded(ready)],
      [`${name}: what it says`, notes.join('; ') || '-'],
    ]),
  ];
  const measured = checks.map(({ name, value, unit }) => [name, `${value} ${unit}`]);
  print('Large panels and dashboards', machine(browser.version()), [table(['', ''], [...measured, ...rows])], checks, { chart, pictures, opened });
}
