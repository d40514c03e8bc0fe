import { writeFile } from 'node:fs/promises';
import { test as base, expect } from '@playwright/test';
import { Problems } from './problems.js';
import { Watchfire } from './watchfire.js';

export { expect };

export const test = base.extend({
  /** The server that all tests of a worker share: it collects each second from the worker's first test on. */
  watchfire: [
    async ({}, use) => {
      const server = await Watchfire.start({ flags: ['--collect-interval', '1s'] });
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ watchfire }, use) => use(watchfire.url),

  /** Starts servers for one test only; takes what `Watchfire.start` takes. */
  launch: async ({ problems }, use, testInfo) => {
    const servers = [];
    await use(async (options) => {
      const server = await Watchfire.start(options);
      servers.push(server);
      return server;
    });
    problems.end();
    for (const [index, server] of servers.entries()) {
      await server.remove();
      await keepLog(testInfo, `server-${index + 1}`, server.log);
      expect(faults(server.log, problems), 'the log of a server').toEqual([]);
    }
  },

  /** Fails the test for every problem that it did not foresee. */
  problems: [
    async ({ context, watchfire }, use, testInfo) => {
      const problems = new Problems();
      const logged = watchfire.log.length;
      context.on('page', (page) => problems.watch(page));
      await use(problems);
      await keepLog(testInfo, 'server', watchfire.log);
      expect(problems.unforeseen, 'problems on the page').toEqual([]);
      expect(watchfire.isRunning, 'the server still runs').toBe(true);
      expect(faults(watchfire.log.slice(logged), problems), "the server's log").toEqual([]);
    },
    { auto: true },
  ],
});

/** Log lines that no test may cause, but for those that it foresaw. */
function faults(log, problems) {
  return problems.notForeseen(log.split('\n').filter((line) => /\bERROR\b|panicked/.test(line)));
}

async function keepLog(testInfo, name, log) {
  if (testInfo.status !== testInfo.expectedStatus) {
    const path = testInfo.outputPath(`${name}.log`);
    await writeFile(path, log);
    testInfo.attachments.push({ name: `${name}.log`, path, contentType: 'text/plain' });
  }
}
