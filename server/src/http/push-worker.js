// Shows what Watchfire pushes to this browser (Web Push), and leads to it. Browsers run it without any page.
'use strict';

// A newer one counts at once: no page is fed by it.
self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('push', (event) => {
  event.waitUntil(show(read(event.data)));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data && event.notification.data.url));
});

/** What was sent. Browsers want a notification for every push, so what can't be read is one, too. */
function read(data) {
  try {
    return (data && data.json()) || {};
  } catch {
    return {};
  }
}

/** News of a group of alerts takes the place of what was told of it before. */
function show({ title, body, url, tag, status, severity }) {
  const fires = status === 'firing';
  return self.registration.showNotification(title || 'Watchfire', {
    body: body || '',
    tag: tag || '',
    // Without a tag there is nothing to tell anew, and browsers refuse it. What is over makes no noise again.
    renotify: Boolean(tag) && fires,
    // What is grave stays until somebody has seen it.
    requireInteraction: fires && (severity === 'critical' || severity === 'high'),
    data: { url },
  });
}

/** Goes to the window that has the page open, or opens one. */
async function lead(url) {
  const target = address(url);
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = windows.find((window) => window.url === target);
  return open ? open.focus() : self.clients.openWindow(target);
}

/** Only pages: no scripts or files. */
function address(url) {
  try {
    const { protocol, href } = new URL(url, self.location.origin);
    if (url && (protocol === 'https:' || protocol === 'http:')) {
      return href;
    }
  } catch {
    // What is no address leads to the first page.
  }
  return `${self.location.origin}/`;
}
