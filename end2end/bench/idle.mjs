// The server's CPU and memory while it collects each second, with 0, 1 and 100 viewers.
//
//   node bench/idle.mjs [--seconds N]     N: how long each is measured, 60 if not given
//
// One viewer is a real page in Chromium. A hundred are WebSocket clients that say what that page said.
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from '@playwright/test';
import WebSocket from 'ws';
import { CHROMIUM_ARGUMENTS } from '../chromium.js';
import { Watchfire } from '../watchfire.js';
import { machine, needEnvironment, print, rounded, seconds, secondsOption, table } from './report.mjs';

const MANY = 100;
/** How long the server is left alone after viewers come or go. */
const SETTLE = 5;

needEnvironment();
const measured = secondsOption(60);
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const server = await Watchfire.start({ flags: ['--collect-interval', '1s', '--rules-shipped'] });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: CHROMIUM_ARGUMENTS });
try {
  const nobody = await measure(0);

  const page = await browser.newPage();
  const { said, heard } = await openOverview(page);
  const one = await measure(1, [heard]);
  await page.close();

  const viewers = await Promise.all(Array.from({ length: MANY }, () => view(said)));
  const many = await measure(MANY, viewers);
  viewers.forEach(({ socket }) => socket.terminate());

  if (many.kBPerViewerAndSecond < one.kBPerViewerAndSecond * 0.8) {
    throw new Error('The clients heard less than the page did: they were not served alike.');
  }
  report([nobody, one, many], said.length);
} finally {
  await browser.close();
  await server.remove();
}

/** Opens the overview; returns the messages with which it subscribes, and counts what it hears. */
async function openOverview(page) {
  const session = await page.context().newCDPSession(page);
  const said = [];
  const heard = { messages: 0, bytes: 0 };
  const binary = ({ opcode, payloadData }) => (opcode === 2 ? Buffer.from(payloadData, 'base64') : null);
  session.on('Network.webSocketFrameSent', ({ response }) => said.push(binary(response)));
  session.on('Network.webSocketFrameReceived', ({ response }) => {
    heard.messages += 1;
    heard.bytes += binary(response)?.length ?? 0;
  });
  await session.send('Network.enable');
  await page.goto(server.url);
  await page.waitForSelector('#panel-7 .board-chart[data-drawn="true"]');
  await page.waitForSelector('.connection[data-state="live"]');
  return { said: said.filter(Boolean), heard };
}

/** A WebSocket client that says `said` and counts what it hears. */
async function view(said) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/live`);
  const viewer = { socket, messages: 0, bytes: 0 };
  socket.on('message', (data) => {
    viewer.messages += 1;
    viewer.bytes += data.length;
  });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  said.forEach((message) => socket.send(message));
  return viewer;
}

async function measure(viewers, clients = []) {
  await seconds(SETTLE);
  await forgetPeak();
  const before = clients.map(({ messages, bytes }) => ({ messages, bytes }));
  const [cpu, started] = [await cpuSeconds(), performance.now()];
  await seconds(measured);
  const elapsed = (performance.now() - started) / 1000;
  const percent = ((await cpuSeconds()) - cpu) / elapsed * 100;
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  const megabytes = (name) => rounded(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]) * 1024 / 1e6);
  const result = { viewers, cpuPercent: rounded(percent, 2), rssMB: megabytes('VmRSS'), peakMB: megabytes('VmHWM') };
  if (clients.length > 0) {
    const messages = clients.map((client, index) => client.messages - before[index].messages);
    if (Math.min(...messages) < elapsed * 0.8) {
      throw new Error(`A viewer heard only ${Math.min(...messages)} messages in ${rounded(elapsed)} s: it was not served.`);
    }
    const bytes = clients.reduce((sum, client, index) => sum + client.bytes - before[index].bytes, 0);
    result.kBPerViewerAndSecond = rounded(bytes / 1000 / clients.length / elapsed, 2);
  }
  return result;
}

/** The time that the server has spent on any core. */
async function cpuSeconds() {
  const stat = await readFile(`/proc/${server.pid}/stat`, 'utf8');
  // The second field, the program's name, may hold spaces; it ends with the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Lets the kernel count the peak of memory anew. */
async function forgetPeak() {
  await writeFile(`/proc/${server.pid}/clear_refs`, '5');
}

function report(results, messages) {
  const rows = results.map((result) =>
    [result.viewers, result.cpuPercent, result.rssMB, result.peakMB, result.kBPerViewerAndSecond ?? '–']);
  const figures = table(['Viewers', 'CPU, % of a core', 'Memory, MB', 'Peak, MB', 'kB/s to each'], rows);
  const one = results[1];
  const checks = [
    { name: 'CPU with one viewer', value: one.cpuPercent, most: 2, unit: '% of a core' },
    { name: 'memory with one viewer', value: one.peakMB, most: 80, unit: 'MB' },
  ];
  print('Idle', machine(browser.version()), [figures], checks, { secondsMeasured: measured, subscriptionMessages: messages, results });
}
