/** Everything that goes wrong on a page without being seen: a test with a problem that it did not foresee fails. */
export class Problems {
  #found = [];
  // The overview looks whether anybody sends data; who goes on before the answer needs none. Nor does who leaves a page need the code
  // that comes after its first view: it comes a while after the page by itself, also while a test has its server away. So does the
  // number of alerts beside the way to them.
  #foreseen = [
    /\/api\/v1\/watchfire\/alerts\/firing net::ERR_(ABORTED|CONNECTION_REFUSED|CONNECTION_RESET)/,
    /net::ERR_CONNECTION_(REFUSED|RESET) \(\S+\/api\/v1\/watchfire\/alerts\/firing\)/,
    /api\/v1\/(demo|label\/job\/values|provisioning|annotations\?\S*) net::ERR_ABORTED/,
    /\/assets\/\S+ net::ERR_(ABORTED|CONNECTION_REFUSED|CONNECTION_RESET)/,
    /net::ERR_CONNECTION_(REFUSED|RESET) \(\S+\/assets\//,
    /TypeError: Failed to fetch\s+at piece \(/,
  ];

  #ended = false;

  /** The test is over: what servers that are stopped do to pages that are still open is none of it. */
  end() {
    this.#ended = true;
  }

  /** A problem on a page, or a line of a server's log, that matches `pattern` belongs to what the test does. */
  foresee(pattern) {
    this.#foreseen.push(pattern);
  }

  /** What nobody foresaw. */
  get unforeseen() {
    return this.notForeseen(this.#found);
  }

  /** Those of `lines` that nobody foresaw. */
  notForeseen(lines) {
    return lines.filter((line) => !this.#foreseen.some((pattern) => pattern.test(line)));
  }

  watch(page) {
    const add = (problem) => this.#ended || this.#found.push(problem);
    page.on('pageerror', (error) => add(`exception: ${error.stack ?? error}`));
    page.on('crash', () => add('the page crashed'));
    page.on('console', (message) => {
      if (['error', 'warning', 'assert'].includes(message.type())) {
        add(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('requestfailed', (request) => add(`request failed: ${request.url()} ${request.failure()?.errorText}`));
    page.on('response', (response) => {
      if (response.status() >= 400) {
        add(`status ${response.status()}: ${response.url()}`);
      }
    });
    page.on('websocket', (socket) => socket.on('socketerror', (error) => add(`WebSocket: ${error}`)));
  }
}
