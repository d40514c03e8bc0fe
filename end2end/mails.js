import { once } from 'node:events';
import { createServer } from 'node:net';

/** A mail server on the loopback interface that takes everything and keeps it (as much of RFC 5321 as a sender needs). */
export class MailSink {
  #server;
  #sockets = new Set();
  /** The mails that came, the oldest first. */
  mails = [];

  /** Listens on a free port. */
  static async start() {
    const sink = new MailSink();
    sink.#server = createServer((socket) => sink.#talk(socket));
    sink.#server.listen(0, '127.0.0.1');
    await once(sink.#server, 'listening');
    return sink;
  }

  /** Host and port, as `smarthost` has it. */
  get address() {
    const { address, port } = this.#server.address();
    return `${address}:${port}`;
  }

  async close() {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.close();
    await once(this.#server, 'close');
  }

  #talk(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A server that is killed in the middle of a mail hangs up; the mail does not count then.
    socket.on('error', () => socket.destroy());
    const say = (line) => socket.write(`${line}\r\n`);
    let waiting = '';
    let recipients = [];
    // The lines of the mail that comes; none between mails.
    let body;
    const hear = (line) => {
      if (body) {
        if (line !== '.') {
          // A dot at the beginning was doubled by the sender.
          body.push(line.startsWith('..') ? line.slice(1) : line);
          return;
        }
        this.mails.push(new Mail(body.join('\r\n'), recipients));
        body = undefined;
        recipients = [];
        say('250 taken');
        return;
      }
      const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
      switch (word.toUpperCase()) {
        case 'RCPT':
          recipients.push(/<([^>]*)>/.exec(rest)?.[1]);
          say('250 ok');
          break;
        case 'EHLO':
        case 'HELO':
        case 'MAIL':
        case 'RSET':
        case 'NOOP':
          say('250 ok');
          break;
        case 'DATA':
          body = [];
          say('354 go on');
          break;
        case 'QUIT':
          say('221 bye');
          socket.end();
          break;
        default:
          say('502 not known here');
      }
    };
    socket.setEncoding('latin1').on('data', (text) => {
      waiting += text;
      for (let end = waiting.indexOf('\r\n'); end >= 0; end = waiting.indexOf('\r\n')) {
        const line = waiting.slice(0, end);
        waiting = waiting.slice(end + 2);
        hear(line);
      }
    });
    say('220 sink');
  }
}

/** A mail, taken apart (RFC 2045 and 2046). */
export class Mail {
  constructor(source, recipients) {
    this.source = source;
    this.recipients = recipients;
    const leaves = parts(source);
    this.headers = leaves.headers;
    const text = (type) => leaves.leaves.find((leaf) => leaf.type === type)?.bytes.toString('utf8') ?? '';
    this.text = text('text/plain');
    this.html = text('text/html');
    /** What the HTML may show as `cid:` and the id. */
    this.pictures = leaves.leaves
      .filter(({ type }) => type.startsWith('image/'))
      .map(({ type, bytes, headers }) => ({ type, bytes, id: (headers.get('content-id') ?? '').replace(/^<|>$/g, '') }));
  }

  get subject() {
    return this.headers.get('subject') ?? '';
  }

  /** Where the links of the HTML lead whose words match. */
  links(words) {
    const all = this.html.matchAll(/<a\s[^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs);
    return [...all].filter(([, , shown]) => words.test(shown)).map(([, href]) => href.replaceAll('&amp;', '&'));
  }
}

/** The headers of a part by their names in small letters, and all that is in it and has no parts itself. */
function parts(source) {
  const [, head, body] = /^(.*?)\r\n\r\n(.*)$/s.exec(source) ?? [undefined, source, ''];
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = new Map(lines.map((line) => [line.split(':', 1)[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const declared = headers.get('content-type') ?? 'text/plain';
  const type = declared.split(';', 1)[0].trim().toLowerCase();
  const boundary = /boundary="?([^";]+)"?/i.exec(declared)?.[1];
  if (boundary) {
    // What stands before the first line of the boundary, and after the last one, is no part.
    const inner = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1, -1);
    return { headers, leaves: inner.flatMap((part) => parts(part.replace(/^\r\n/, '')).leaves) };
  }
  return { headers, leaves: [{ headers, type, bytes: decoded(body, headers.get('content-transfer-encoding') ?? '7bit') }] };
}

function decoded(body, encoding) {
  switch (encoding.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64');
    case 'quoted-printable': {
      const joined = body.replace(/[ \t]*=\r\n/g, (soft) => soft.slice(0, soft.indexOf('=')));
      return Buffer.from(joined.replace(/=([0-9A-F]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16))), 'latin1');
    }
    default:
      return Buffer.from(body, 'latin1');
  }
}
