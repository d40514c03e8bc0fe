import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_DEADLINE = 20_000;
const STOP_DEADLINE = 10_000;

/** A running server with a data directory of its own, in a temporary folder. */
export class Watchfire {
  #flags;
  #process;
  #ended;
  #log = [];

  constructor(dataDir, flags) {
    this.dataDir = dataDir;
    this.#flags = flags;
  }

  /**
   * Starts a server on a free port of the loopback interface.
   * `dataDir` is a folder to go on with instead of a new one.
   */
  static async start({ flags = [], dataDir } = {}) {
    const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'watchfire-end2end-')));
    const server = new Watchfire(folder, flags);
    await server.#spawn('127.0.0.1:0');
    return server;
  }

  /** The server's log so far, over all its starts. */
  get log() {
    return this.#log.join('');
  }

  get pid() {
    return this.#process.pid;
  }

  get isRunning() {
    return this.#ended === undefined;
  }

  /** Sends `signal` and waits for the end. Calling it again does nothing. */
  async stop(signal = 'SIGTERM') {
    if (!this.isRunning) {
      return;
    }
    this.#process.kill(signal);
    const late = setTimeout(() => this.#process.kill('SIGKILL'), STOP_DEADLINE);
    await once(this.#process, 'close');
    clearTimeout(late);
    if (signal === 'SIGTERM' && this.#ended !== 'code 0') {
      throw new Error(`The server did not stop as it should (${this.#ended}):\n${this.log}`);
    }
  }

  /** Starts again on the same port and data directory. */
  async startAgain() {
    await this.#spawn(new URL(this.url).host);
  }

  /** Stops the server and deletes its data. */
  async remove() {
    await this.stop('SIGKILL');
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #spawn(listen) {
    const site = process.env.WATCHFIRE_SITE_DIR;
    // Ports of its own, so that servers of other tests, and of the machine, have theirs.
    const ports = ['--listen', listen, '--otlp-grpc-listen', '127.0.0.1:0', '--otlp-http-listen', '127.0.0.1:0'];
    const flags = [...ports, '--data-dir', this.dataDir, ...(site ? ['--site-dir', site] : []), ...this.#flags];
    const child = spawn(process.env.WATCHFIRE_BIN, flags, { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    this.#ended = undefined;
    const from = this.#log.length;
    child.on('error', (error) => this.#log.push(`${error}\n`));
    child.on('close', (code, signal) => {
      this.#ended = signal ?? `code ${code}`;
    });
    this.url = await new Promise((resolve, reject) => {
      const told = () => this.#log.slice(from).join('');
      const deadline = setTimeout(() => reject(new Error(`The server does not start:\n${told()}`)), START_DEADLINE);
      const hear = (text) => {
        this.#log.push(text);
        const listening = /open (http:\/\/[\d.]+:\d+)/.exec(told());
        if (listening) {
          clearTimeout(deadline);
          resolve(listening[1]);
        }
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      child.on('close', () => {
        clearTimeout(deadline);
        reject(new Error(`The server ended (${this.#ended}) instead of starting:\n${told()}`));
      });
    });
    this.startedAt = Date.now();
  }
}

/** Settings of the person who runs the tests must not reach the server. */
function cleanEnvironment() {
  const foreign = ([name]) => !name.startsWith('WATCHFIRE_') && !name.startsWith('OTEL_');
  // Tests count alerts and look at pages; what this machine's CPU sets off would be among them. `--rules-shipped` wins over it.
  return { ...Object.fromEntries(Object.entries(process.env).filter(foreign)), WATCHFIRE_RULES_SHIPPED: 'false' };
}
