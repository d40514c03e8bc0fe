// Bytes over the wire of a cold load, the server's time for the document, and the time to the first chart and to
// interactive in Chromium.
//
//   node bench/page.mjs [--seconds N]     N: for how long the server collects before, 60 if not given
import { Agent, get } from 'node:http';
import { chromium } from '@playwright/test';
import { CHROMIUM_ARGUMENTS } from '../chromium.js';
import { Watchfire } from '../watchfire.js';
import { machine, median, needEnvironment, print, rounded, seconds, secondsOption, table } from './report.mjs';

const PATHS = ['/', '/host'];
const LOADS = 5;
const REQUESTS = 20;

needEnvironment();
const collecting = secondsOption(60);
const server = await Watchfire.start({ flags: ['--collect-interval', '1s', '--rules-shipped'] });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: CHROMIUM_ARGUMENTS });
try {
  await seconds(collecting);
  // The first start of a renderer is the browser's own affair.
  await coldLoad(PATHS[0]);
  const pages = [];
  for (const path of PATHS) {
    const loads = [];
    for (let load = 0; load < LOADS; load += 1) {
      loads.push(await coldLoad(path));
    }
    pages.push({ path, bytes: loads[0].bytes, times: medians(loads), serverMs: await serverTime(path) });
  }
  report(pages);
} finally {
  await browser.close();
  await server.remove();
}

/** Loads a page in a browser context that has nothing cached. */
async function coldLoad(path) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    const bytes = await countBytes(page);
    await page.addInitScript(noteTimes);
    await page.goto(server.url + path);
    await page.waitForFunction(() => window.times.hydrated && window.times.drawn);
    const times = await page.evaluate(() => ({
      ...window.times,
      firstPaint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    }));
    return { bytes, times: { ...times, interactive: Math.max(times.hydrated, times.drawn) } };
  } finally {
    await context.close();
  }
}

/** Counts what comes over the wire, headers included, by kind of file. */
async function countBytes(page) {
  const session = await page.context().newCDPSession(page);
  const kinds = new Map();
  const bytes = { document: 0, js: 0, wasm: 0, css: 0, other: 0, requests: 0 };
  session.on('Network.responseReceived', ({ requestId, response }) => kinds.set(requestId, kind(response.mimeType)));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (kinds.has(requestId)) {
      bytes[kinds.get(requestId)] += encodedDataLength;
      bytes.requests += 1;
    }
  });
  await session.send('Network.enable');
  return bytes;
}

function kind(mimeType) {
  // What parts of the program have in common has no type of its own.
  const program = { 'text/javascript': 'js', 'application/wasm': 'wasm', 'application/octet-stream': 'wasm' };
  const kinds = { 'text/html': 'document', 'text/css': 'css', ...program };
  return kinds[mimeType] ?? 'other';
}

/** In the page: when it was hydrated and when the first canvas was drawn, in ms from the start of the navigation. */
function noteTimes() {
  window.times = {};
  const look = () => {
    if (document.documentElement?.dataset.hydrated === 'true') {
      window.times.hydrated ??= performance.now();
    }
    if (document.querySelector('.board-chart[data-drawn="true"]')) {
      window.times.drawn ??= performance.now();
    }
  };
  new MutationObserver(look).observe(document, {
    attributeFilter: ['data-hydrated', 'data-drawn'],
    childList: true,
    subtree: true,
  });
}

/** The median time from the request to the first byte of the answer, on a connection that stands. */
async function serverTime(path) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const once = () => new Promise((resolve, reject) => {
    const started = performance.now();
    get(server.url + path, { agent, headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } }, (response) => {
      const took = performance.now() - started;
      response.resume().on('end', () => resolve(took)).on('error', reject);
    }).on('error', reject);
  });
  await once();
  const times = [];
  for (let request = 0; request < REQUESTS; request += 1) {
    times.push(await once());
  }
  agent.destroy();
  return rounded(median(times));
}

function medians(loads) {
  const names = ['firstPaint', 'hydrated', 'drawn', 'interactive'];
  return Object.fromEntries(names.map((name) => [name, Math.round(median(loads.map(({ times }) => times[name])))]));
}

function report(pages) {
  const kB = (bytes) => rounded(bytes / 1000);
  const bytesTable = table(
    ['Cold load, kB over the wire', 'Document', 'JS', 'WebAssembly', 'CSS', 'Other', 'Requests'],
    pages.map(({ path, bytes }) =>
      [`\`${path}\``, kB(bytes.document), kB(bytes.js), kB(bytes.wasm), kB(bytes.css), kB(bytes.other), bytes.requests]),
  );
  const timesTable = table(
    ['Median, ms', 'Server (first byte)', 'First chart in the HTML', 'Hydrated', 'First canvas', 'Interactive'],
    pages.map(({ path, times, serverMs }) =>
      [`\`${path}\``, serverMs, times.firstPaint, times.hydrated, times.drawn, times.interactive]),
  );
  const checks = pages.flatMap(({ path, bytes, times, serverMs }) => [
    { name: `server time of ${path}`, value: serverMs, most: 100, unit: 'ms' },
    { name: `interactive ${path}`, value: times.interactive, most: 1500, unit: 'ms' },
    { name: `WebAssembly, JS and CSS of ${path}`, value: kB(bytes.js + bytes.wasm + bytes.css), most: 600, unit: 'kB' },
  ]);
  const facts = machine(browser.version());
  print('Page', facts, [bytesTable, timesTable], checks, { secondsCollected: collecting, pages });
}
