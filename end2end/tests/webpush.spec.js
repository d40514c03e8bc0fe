import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { runInNewContext } from 'node:vm';
import { expect, test } from '../fixtures.js';

test.use({ permissions: ['notifications'] });

test.beforeEach(async ({ problems }) => {
  // A question that is taken back, because the page is left; and a draft that is no configuration yet.
  problems.foresee(/ERR_ABORTED|422/);
});

/** A push service on the loopback interface, for browsers that only this test has. */
async function pushService() {
  const requests = [];
  const service = { requests, status: 201 };
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      requests.push({ path: request.url, headers: request.headers, body: Buffer.concat(parts) });
      response.writeHead(service.status).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  service.url = `http://127.0.0.1:${server.address().port}`;
  service.close = () => new Promise((resolve) => server.close(resolve));
  return service;
}

/** What a browser keeps of its subscription, and gives of it. */
function browser(endpoint) {
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  const auth = randomBytes(16);
  const p256dh = keys.getPublicKey();
  return { keys, auth, p256dh, given: { endpoint, expirationTime: null, keys: { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') } } };
}

/** Decrypts as browsers do (RFC 8291). */
function opened({ keys, auth, p256dh }, body) {
  const salt = body.subarray(0, 16);
  const theirs = body.subarray(21, 21 + body[20]);
  const rest = body.subarray(21 + body[20]);
  const derive = (secret, by, info, length) => Buffer.from(hkdfSync('sha256', secret, by, info, length));
  const secret = derive(keys.computeSecret(theirs), auth, Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, theirs]), 32);
  const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createDecipheriv('aes-128-gcm', key, nonce);
  cipher.setAuthTag(rest.subarray(-16));
  const text = Buffer.concat([cipher.update(rest.subarray(0, -16)), cipher.final()]);
  expect(text.at(-1), 'the mark of the last record').toBe(2);
  return JSON.parse(text.subarray(0, -1).toString('utf8'));
}

/** The public key that a request was signed with, once its signature is known to be good (RFC 8292). */
function signer({ authorization }) {
  const [, head, claims, signature, key] = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(authorization);
  const point = Buffer.from(key, 'base64url');
  const half = (from) => point.subarray(from, from + 32).toString('base64url');
  const jwk = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: half(1), y: half(33) }, format: 'jwk' });
  const good = verify('sha256', Buffer.from(`${head}.${claims}`), { key: jwk, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  expect(good, 'the signature').toBe(true);
  return key;
}

/** Runs the server's worker as a browser would, with what was pushed; what it shows, and where a touch of that leads. */
async function worked(server, pushed, windows = []) {
  const script = await (await fetch(`${server.url}/push-worker.js`)).text();
  const handlers = new Map();
  const done = { shown: [], focused: [], opened: [] };
  const self = {
    location: new URL(server.url),
    addEventListener: (name, handler) => handlers.set(name, handler),
    skipWaiting: () => undefined,
    registration: { showNotification: async (title, options) => done.shown.push(JSON.parse(JSON.stringify({ title, ...options }))) },
    clients: {
      matchAll: async () => windows.map((url) => ({ url, focus: async () => done.focused.push(url) })),
      openWindow: async (url) => done.opened.push(url),
    },
  };
  runInNewContext(script, { self, URL });
  const run = async (name, event) => {
    const waits = [];
    handlers.get(name)({ ...event, waitUntil: (wait) => waits.push(wait) });
    await Promise.all(waits);
  };
  await run('push', { data: pushed === undefined ? null : { json: () => JSON.parse(pushed) } });
  await run('notificationclick', { notification: { close: () => undefined, data: done.shown[0].data } });
  return done;
}

const tab = (page, name) => page.getByRole('group', { name: 'What to change' }).getByRole('button', { name, exact: true });
const subscribe = (page) => page.getByRole('button', { name: 'Subscribe this browser' });
const told = (page) => page.locator('.push-said');

async function kept(server) {
  return (await (await fetch(`${server.url}/api/v1/watchfire/notify-config`)).json()).data;
}

async function edit(page, server) {
  await page.goto(`${server.url}/alerts/routing?edit=yes`);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await tab(page, 'Receivers').click();
  await page.locator('summary').filter({ hasText: 'team · ' }).click();
}

async function save(page, version) {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.locator('.edit-said')).toHaveText(`✓ Saved as version ${version}; notifications follow it.`);
}

async function send(page) {
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send it' }).click();
}

test('a browser is subscribed at one press, and what is sent reaches it', async ({ page, launch }, testInfo) => {
  test.slow();
  const service = await pushService();
  const browsers = ['one', 'two'].map((name) => browser(`${service.url}/send/${name}`));
  // There is no push service without the internet; all else is the browser's own.
  const answers = ['denied', 'granted', 'granted', 'granted'];
  const subscriptions = [{ error: ['AbortError', 'Registration failed - push service error'] }, browsers[0].given, browsers[1].given];
  const keys = [];
  await page.exposeFunction('permissionAsked', () => answers.shift());
  await page.exposeFunction('subscriptionAsked', (key) => {
    keys.push(key);
    return subscriptions.shift();
  });
  await page.addInitScript(() => {
    window.Notification ??= class {};
    Notification.requestPermission = async () => window.permissionAsked();
    PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
      const answer = await window.subscriptionAsked(userVisibleOnly ? String(applicationServerKey) : 'silent');
      if (answer.error) {
        throw new DOMException(answer.error[1], answer.error[0]);
      }
      return { toJSON: () => answer };
    };
  });

  const server = await launch({ flags: ['--no-collect'] });
  const begin = { yaml: 'route: {receiver: team}\nreceivers: [{name: team}]\n', version: 0 };
  const answer = await fetch(`${server.url}/api/v1/watchfire/notify-config`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(begin) });
  expect(answer.status).toBe(200);
  await edit(page, server);
  await page.getByLabel('Add a channel').selectOption({ label: 'browser' });
  // Before it is subscribed there is nothing to say, and nothing wrong.
  await expect(subscribe(page)).toBeVisible();
  await expect(page.getByLabel('Endpoint', { exact: true })).toHaveCount(0);

  // What goes wrong is told beside the button.
  await subscribe(page).click();
  await expect(told(page)).toContainText('✕ Not subscribed: notifications are not allowed for this page');
  await subscribe(page).click();
  await expect(told(page)).toContainText("no push service, or can't reach it (Registration failed - push service error)");
  await expect(page.locator('.edit-flaws li'), 'what failed leaves nothing behind').toHaveCount(0);
  await subscribe(page).click();
  await expect(told(page)).toContainText('✓ This browser is subscribed. Say whom the push service may ask');
  const worker = await page.evaluate(async () => {
    const { active, scope } = await navigator.serviceWorker.ready;
    return { script: new URL(active.scriptURL).pathname, scope: new URL(scope).pathname };
  });
  expect(worker).toEqual({ script: '/push-worker.js', scope: '/' });
  await expect(page.getByLabel('Endpoint', { exact: true })).toBeHidden();
  await expect(page.getByLabel('Endpoint', { exact: true })).toHaveValue(`${service.url}/send/one`);
  await expect(page.getByLabel('Key p256dh')).toHaveValue(browsers[0].given.keys.p256dh);
  await expect(page.getByLabel('Name of the browser')).toHaveValue(/^Chrome on /);
  await expect(page.getByLabel('Public key of this server')).toHaveValue(keys.at(-1));
  await page.getByLabel('Whom the push service may ask').fill('mailto:ops@example.org');
  await page.screenshot({ path: testInfo.outputPath('subscribed.png'), fullPage: true });
  await save(page, 2);
  await send(page);
  await expect(page.locator('.receiver-said')).toContainText('delivered in');

  const [first] = service.requests;
  expect(first.path).toBe('/send/one');
  expect(first.headers).toMatchObject({ ttl: '86400', 'content-encoding': 'aes128gcm' });
  expect(first.headers.authorization).toMatch(/^vapid /);
  expect(signer(first.headers)).toBe(keys.at(-1));
  const message = opened(browsers[0], first.body);
  expect(message.title).toContain('TestNotification');
  expect(message).toMatchObject({ status: 'firing', tag: expect.stringMatching(/^[0-9a-f]{32}$/), url: expect.stringContaining('/alerts?receiver=team') });

  // The worker shows it, and leads to the page.
  const shown = await worked(server, JSON.stringify(message));
  expect(shown.shown).toEqual([{ title: message.title, body: message.body, tag: message.tag, renotify: true, requireInteraction: false, data: { url: message.url } }]);
  expect(shown.opened).toEqual([message.url]);

  // Another browser is a further entry, with the same keys: they are kept, and never shown.
  await edit(page, server);
  await subscribe(page).click();
  await expect(told(page)).toHaveText('✓ This browser is subscribed. Save, and send a test.');
  await save(page, 3);
  const { document } = await kept(server);
  const entries = document.receivers[0].webpush_configs;
  expect(entries.map((entry) => entry.p256dh)).toEqual(browsers.map((one) => one.given.keys.p256dh));
  expect(entries[1]).toMatchObject({ subject: 'mailto:ops@example.org', vapid_public_key: keys[1] });
  // The first ones were never kept, as no subscription came of them.
  expect(keys[2]).toBe(keys[1]);
  expect(entries[0].vapid_private_key).toMatch(/^<secret:\d+>$/);
  expect(entries[1].vapid_private_key).toBe(entries[0].vapid_private_key);
  await send(page);
  await expect(page.locator('.receiver-said')).toContainText('webpush[1]: delivered in');
  const second = service.requests.find((request) => request.path === '/send/two');
  expect(signer(second.headers)).toBe(entries[0].vapid_public_key);
  expect(opened(browsers[1], second.body).title).toContain('TestNotification');

  // One that has gone is told of as such.
  service.status = 410;
  await send(page);
  await expect(page.locator('.receiver-said')).toContainText('webpush[0]: the subscription is gone; press “Subscribe this browser” in that browser');
  await service.close();
});

test('what the worker does with odd messages', async ({ launch }) => {
  const server = await launch({ flags: ['--no-collect'] });
  const first = `${new URL(server.url).origin}/`;
  const grave = await worked(server, '{"title":"Fire","status":"firing","severity":"critical","tag":"a","url":"https://w.example/alerts"}', ['https://w.example/alerts']);
  expect(grave.shown[0]).toMatchObject({ title: 'Fire', body: '', requireInteraction: true, renotify: true });
  expect(grave).toMatchObject({ focused: ['https://w.example/alerts'], opened: [] });
  const over = await worked(server, '{"title":"Fire","status":"resolved","severity":"critical","tag":"a","url":"javascript:alert(1)"}');
  expect(over.shown[0]).toMatchObject({ tag: 'a', requireInteraction: false, renotify: false });
  expect(over.opened).toEqual([first]);
  for (const pushed of [undefined, 'no JSON', 'null']) {
    const odd = await worked(server, pushed);
    expect(odd.shown[0]).toMatchObject({ title: 'Watchfire', renotify: false });
    expect(odd.opened).toEqual([first]);
  }
});

test('a page that is not secure says so', async ({ page, launch }) => {
  const server = await launch({ flags: ['--no-collect'] });
  await page.addInitScript(() => Object.defineProperty(window, 'isSecureContext', { get: () => false }));
  await page.goto(`${server.url}/alerts/routing?edit=yes`);
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await tab(page, 'Receivers').click();
  await page.getByRole('button', { name: 'Add a receiver' }).click();
  await page.getByLabel('Add a channel').selectOption({ label: 'browser' });
  await subscribe(page).click();
  await expect(told(page)).toContainText('only from secure pages: open Watchfire by https');
});
