import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A wire between browser and server that can be cut and pulled, while the server goes on collecting. */
export class Wire {
  #server = createServer((socket) => this.#join(socket));
  #sockets = new Set();
  #target;
  #port;
  #held = false;

  static async to(url) {
    const wire = new Wire();
    wire.#target = new URL(url);
    await wire.#listen(0);
    return wire;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Ends all connections and refuses new ones. */
  async cut() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  /** Takes connections again after `cut`. */
  async mend() {
    await this.#listen(this.#port);
  }

  /** Lets nothing through, but says so to nobody: as a pulled cable does. */
  hold() {
    this.#held = true;
    this.#sockets.forEach((socket) => socket.pause());
  }

  /** Ends what was held and lets new connections through. */
  release() {
    this.#held = false;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  async #listen(port) {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = this.#server.address().port;
  }

  #join(near) {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    for (const [from, to] of [[near, far], [far, near]]) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#held) {
        from.pause();
      }
    }
  }
}
