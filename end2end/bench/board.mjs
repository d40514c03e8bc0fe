// A dashboard of live panels in Chromium: the server's time for its document cold and warm, frames a second, the browser's share
// of a core, and the memory of the page over time.
//
//   node bench/board.mjs [--seconds N]     N: for how long the dashboard is watched, 120 if not given
import { get } from 'node:http';
import { readFile } from 'node:fs/promises';
import { chromium } from '@playwright/test';
import { call } from '../boards.js';
import { CHROMIUM_ARGUMENTS } from '../chromium.js';
import { Watchfire } from '../watchfire.js';
import { machine, median, needEnvironment, print, rounded, seconds, secondsOption, table } from './report.mjs';

const PANELS = 30;
const REQUESTS = 20;

needEnvironment();
const watching = secondsOption(120);
const server = await Watchfire.start({ flags: ['--collect-interval', '1s', '--rules-shipped'] });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: CHROMIUM_ARGUMENTS });
try {
  await call(server, 'POST', '/api/v1/dashboards', board('live', PANELS, '1s'));
  await call(server, 'POST', '/api/v1/dashboards', board('twenty', 20, '1s'));
  await seconds(20);
  const cold = await documentTime('/d/twenty');
  const warm = [];
  for (let request = 0; request < REQUESTS; request += 1) {
    warm.push(await documentTime('/d/twenty'));
  }
  const live = await watch('/d/live');
  report({ cold: rounded(cold), warm: rounded(median(warm)), ...live });
} finally {
  await browser.close();
  await server.remove();
}

/** Charts of this host and of Watchfire itself: several series each, as people have them. */
function board(uid, count, refresh) {
  const queries = [
    'system_cpu_core_usage_percent',
    'rate(system_network_bytes_total[$__rate_interval])',
    'system_disk_usage_bytes',
    'topk(10, system_process_memory_usage_bytes)',
    'rate(watchfire_storage_appended_samples_total[$__rate_interval])',
  ];
  const panels = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    kind: 'time_series',
    title: `Panel ${index + 1}`,
    at: { x: (index % 6) * 4, y: Math.floor(index / 6) * 5, w: 4, h: 5 },
    queries: [{ id: 'A', expr: `${queries[index % queries.length]} + ${index} * 0`, legend: '' }],
    view: { legend: { shape: 'hidden' } },
  }));
  return { schema: 1, uid, title: uid, time: { from: 'now-5m', refresh }, panels };
}

/** From the request to the first byte of the document. */
function documentTime(path) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    get(server.url + path, (response) => {
      const took = performance.now() - started;
      response.resume().on('end', () => resolve(took)).on('error', reject);
    }).on('error', reject);
  });
}

/** Watches a dashboard, with all of it in sight. */
async function watch(path) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1200 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await page.goto(server.url + path);
  await page.waitForFunction((count) => document.querySelectorAll('[data-drawn="true"]').length === count, PANELS);
  const used = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const wasm = await page.evaluate(() => performance.memory?.totalJSHeapSize ?? 0);
    return { heap: usedSize, all: wasm };
  };
  await seconds(5);
  const heaps = [];
  const cpuBefore = await cpuSeconds();
  const began = performance.now();
  const frames = await page.evaluate(() => {
    window.frames60 = 0;
    window.longest = 0;
    let last = performance.now();
    const count = (now) => {
      window.frames60 += 1;
      window.longest = Math.max(window.longest, now - last);
      last = now;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    return performance.now();
  });
  const parts = Math.max(2, Math.round(watching / 60));
  for (let part = 0; part < parts; part += 1) {
    await seconds(watching / parts);
    heaps.push((await used()).heap);
  }
  const took = (performance.now() - began) / 1000;
  const cpu = ((await cpuSeconds()) - cpuBefore) / took;
  const counted = await page.evaluate((from) => ({ fps: (window.frames60 * 1000) / (performance.now() - from), longest: window.longest }), frames);
  await context.close();
  const half = heaps.slice(Math.min(heaps.length - 1, Math.max(1, Math.floor(heaps.length / 3))));
  return { fps: counted.fps, longest: counted.longest, cpu, heaps, growth: (half.at(-1) - half[0]) / half[0] };
}

/** CPU time of the browser and all of its processes, in seconds. */
async function cpuSeconds() {
  const { execFileSync } = await import('node:child_process');
  const all = execFileSync('ps', ['-eo', 'pid,ppid,args']).toString().split('\n').slice(1);
  const lines = all.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter(Boolean);
  const roots = lines.filter(([, , ppid, args]) => Number(ppid) === process.pid && /chrom/i.test(args)).map(([, pid]) => pid);
  const wanted = new Set(roots);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [, pid, ppid] of lines) {
      if (wanted.has(ppid) && !wanted.has(pid)) {
        wanted.add(pid);
        grown = true;
      }
    }
  }
  let ticks = 0;
  for (const pid of wanted) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / 100;
}

function report(found) {
  const MB = (bytes) => rounded(bytes / 1e6);
  const rows = [
    ['longest frame (ms)', rounded(found.longest)],
    ['JavaScript heap over time (MB)', found.heaps.map(MB).join(', ')],
  ];
  const checks = [
    { name: 'document of 20 panels, cold', value: found.cold, most: 500, unit: 'ms' },
    { name: 'document of 20 panels, warm', value: found.warm, most: 100, unit: 'ms' },
    { name: `${PANELS} live panels: time a frame`, value: rounded(1000 / found.fps), most: 17.5, unit: 'ms' },
    { name: 'the whole browser: share of a core', value: rounded(found.cpu * 100), most: 15, unit: '%' },
    { name: 'the heap grew after the first third by', value: rounded(found.growth * 100), most: 10, unit: '%' },
  ];
  const measured = checks.map(({ name, value, unit }) => [name, `${value} ${unit}`]);
  print('A live dashboard', machine(browser.version()), [table(['', ''], [...measured, ...rows])], checks, found);
}
