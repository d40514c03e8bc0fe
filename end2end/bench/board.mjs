// A dashboard of live panels in Chromium: the server's time for its document cold and warm, frames a second, the browser's share
// of a core, and the memory of the page over time.
//
//   node bench/board.mjs [--seconds N]     N: for how long the dashboard is watched, 120 if not given
import { get } from 'node:http';
import { execFileSync } from 'node:child_process';
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
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
  await seconds(5);
  const frames = await countFrames(page, Math.min(60, watching / 2));
  // Without the counting, which makes the browser prepare each frame whether anything moves or not.
  const [heaps, sizes] = [[], []];
  const before = await cpuSeconds();
  const began = performance.now();
  const parts = Math.max(2, Math.round(watching / 60));
  for (let part = 0; part < parts; part += 1) {
    await seconds(watching / parts);
    heaps.push(await used());
    sizes.push(await memory());
  }
  const cpu = ((await cpuSeconds()) - before) / ((performance.now() - began) / 1000);
  await context.close();
  return { ...frames, cpu, heaps, sizes, growth: growth(heaps), more: growth(sizes) };
}

/** Frames a second, the longest, and the browser's share of a core meanwhile. */
async function countFrames(page, length) {
  const before = await cpuSeconds();
  const counted = await page.evaluate(
    (length) =>
      new Promise((done) => {
        const began = performance.now();
        let [last, frames, longest] = [began, 0, 0];
        const count = (now) => {
          frames += 1;
          longest = Math.max(longest, now - last);
          last = now;
          if (now - began < length) {
            requestAnimationFrame(count);
          } else {
            done({ fps: (frames * 1000) / (now - began), longest });
          }
        };
        requestAnimationFrame(count);
      }),
    length * 1000,
  );
  return { ...counted, counting: ((await cpuSeconds()) - before) / length };
}

/** The browser's processes. */
function processes() {
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
  return [...wanted];
}

/** CPU time of the browser and all of its processes, in seconds. */
async function cpuSeconds() {
  let ticks = 0;
  for (const pid of processes()) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / 100;
}

/** Memory of all of them, WebAssembly's too, in bytes; what they share counts once. */
async function memory() {
  let kilobytes = 0;
  for (const pid of processes()) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return kilobytes * 1024;
}

/** By how much the last is more than the one after the first third. */
function growth(values) {
  const from = values[Math.min(values.length - 1, Math.max(1, Math.floor(values.length / 3)))];
  return (values.at(-1) - from) / from;
}

function report(found) {
  const MB = (bytes) => rounded(bytes / 1e6);
  const rows = [
    ['longest frame (ms)', rounded(found.longest)],
    ['share of a core while frames are counted (%)', rounded(found.counting * 100)],
    ['JavaScript heap over time (MB)', found.heaps.map(MB).join(', ')],
    ['memory of the whole browser over time (MB)', found.sizes.map(MB).join(', ')],
  ];
  const checks = [
    { name: 'document of 20 panels, cold', value: found.cold, most: 500, unit: 'ms' },
    { name: 'document of 20 panels, warm', value: found.warm, most: 100, unit: 'ms' },
    { name: `${PANELS} live panels: time a frame`, value: rounded(1000 / found.fps), most: 17.5, unit: 'ms' },
    { name: 'the whole browser: share of a core', value: rounded(found.cpu * 100), most: 15, unit: '%' },
    { name: 'the heap grew after the first third by', value: rounded(found.growth * 100), most: 10, unit: '%' },
    { name: 'the memory of the whole browser grew by', value: rounded(found.more * 100), most: 10, unit: '%' },
  ];
  const measured = checks.map(({ name, value, unit }) => [name, `${value} ${unit}`]);
  print('A live dashboard', machine(browser.version()), [table(['', ''], [...measured, ...rows])], checks, found);
}
