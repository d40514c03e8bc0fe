import { collected, panel, ready } from '../charts.js';
import { answered, explore } from '../explore.js';
import { expect, test } from '../fixtures.js';

const dialog = (page) => page.getByRole('dialog', { name: 'Keys' });
const picker = (page) => page.locator('.time-picker');

test.beforeEach(async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
  await page.addInitScript(`window.nameOf = ${nameOf}`);
  await page.goto('/');
  await ready(page, 'cpu-chart');
});

test('? lists the keys, Esc closes the list', async ({ page }) => {
  await page.keyboard.press('?');
  await expect(dialog(page)).toBeVisible();
  await expect(dialog(page)).toContainText('Choose the time range');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
  await page.getByRole('button', { name: 'Keys' }).click();
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(page).toHaveURL('/');
});

test('t opens the time range with the cursor in it, Esc closes it', async ({ page }) => {
  await page.keyboard.press('t');
  await expect(picker(page)).toHaveAttribute('open', '');
  await expect(page.getByLabel('From', { exact: true })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(picker(page)).not.toHaveAttribute('open');
  await expect(picker(page).locator('summary')).toBeFocused();
});

test('h and o go to the pages, but not while typing', async ({ page }) => {
  await page.keyboard.press('h');
  await expect(page).toHaveURL('/host');
  await ready(page, 'load');
  await page.keyboard.press('o');
  await expect(page).toHaveURL('/');
  await page.keyboard.press('t');
  await page.keyboard.type('hos');
  await expect(page.getByLabel('From', { exact: true })).toHaveValue(/hos/);
  await expect(page).toHaveURL('/');
});

test('Ctrl+K goes anywhere by a few letters', async ({ page }) => {
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Go to' });
  const field = palette.getByRole('combobox');
  await expect(field).toBeFocused();
  await page.keyboard.type('fleet');
  await expect(palette.getByRole('option').first()).toContainText('Fleet');
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await page.keyboard.type('card');
  await expect(palette.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/explore\/cardinality/);
  await expect(palette).toBeHidden();
});

test('pages follow each other by keys, whatever came before', async ({ page }) => {
  await page.goto('/d/fleet');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  for (const [key, path, title] of [['o', '/', 'Overview'], ['h', '/host', 'Host'], ['x', '/explore', 'Explore'], ['a', '/alerts', 'Alerts'], ['d', '/dashboards', 'Dashboards']]) {
    await page.keyboard.press(key);
    await expect(page).toHaveURL((url) => url.pathname === path);
    await expect(page).toHaveTitle(new RegExp(`^${title}.* · Watchfire$`));
    await expect(page.getByText('Loading ...', { exact: true })).toHaveCount(0);
  }
  await expect(page.getByRole('link', { name: 'Fleet', exact: true })).toBeVisible();
});

test('[ folds the sidebar and opens it', async ({ page }) => {
  const text = page.locator('.sidebar .nav-text').first();
  await page.keyboard.press('[');
  await expect(text).toBeHidden();
  await expect(page.locator('.sidebar').getByRole('link', { name: 'Host' }), 'still has its name').toBeVisible();
  await page.keyboard.press('[');
  await expect(text).toBeVisible();
});

test('s copies a link', async ({ page, context, problems }) => {
  // A question that is taken back, because the page is left.
  problems.foresee(/ERR_ABORTED/);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(explore('system_cpu_usage_percent'));
  await answered(page);
  await page.keyboard.press('s');
  await expect(page.locator('.share-done')).toHaveText('Link copied');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/\/explore\?from=20\d\d-.*&to=20\d\d-.*&q=system_cpu_usage_percent/);
});

test('s shares a dashboard, also that of the overview', async ({ page }) => {
  await page.keyboard.press('s');
  await expect(page.getByRole('dialog', { name: 'Share this dashboard' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('a wrong range is explained beside the field and stays as typed', async ({ page }) => {
  const error = page.locator('#time-error');
  for (const [from, to, words] of [
    ['soon', 'now', '"soon" is not a time; write now, now-6h or'],
    ['now', 'now-1h', 'the range ends before it starts'],
  ]) {
    await page.keyboard.press('t');
    await page.getByLabel('From', { exact: true }).fill(from);
    await page.getByLabel('To', { exact: true }).fill(to);
    await page.keyboard.press('Enter');
    await expect(error).toBeVisible();
    await expect(error).toContainText(words);
    await expect(page.getByLabel('From', { exact: true })).toHaveValue(from);
    await expect(page.getByLabel('To', { exact: true })).toHaveValue(to);
    await expect(page).toHaveURL('/');
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('t');
  await page.getByLabel('From', { exact: true }).fill('now-10m');
  await page.getByLabel('To', { exact: true }).fill('now');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/?from=now-10m&to=now');
  await expect(picker(page)).not.toHaveAttribute('open');
});

test('a wrong range in the URL is explained', async ({ page }) => {
  await page.goto('/?from=soon&to=now');
  await ready(page, 'cpu-chart');
  await expect(page.locator('#time-error')).toBeVisible();
  await expect(page.locator('#time-error')).toContainText('"soon" is not a time');
});

/** All panels, from above; those below the screen come in sight only so. */
const ALL = {
  '/': ['hosts', 'services', 'targets-down', 'firing', 'samples', 'series', 'cpu-chart', 'memory-chart', 'worst-cpu', 'worst-memory',
    'worst-disks', 'own-cpu', 'own-memory', 'own-samples'],
  '/host': ['host-cpu', 'host-memory', 'uptime', 'cores', 'load', 'memory', 'process-table', 'process-count', 'facts', 'collector'],
};

for (const [path, names] of Object.entries(ALL)) {
  test(`Tab reaches everything on ${path}, and the focus can be seen`, async ({ page }) => {
    test.slow();
    await page.goto(path);
    await ready(page, ...names);
    await page.evaluate(() => scrollTo(0, 0));
    const reached = [];
    for (let press = 0; press < 300; press += 1) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate(focused);
      if (focus === null) {
        break;
      }
      expect.soft(focus.outline, `the focus on ${focus.name} can be seen`).toBe(true);
      expect.soft(focus.uncovered, `${focus.name} is not hidden behind something`).toBe(true);
      reached.push(focus.name);
    }
    expect(reached[0]).toBe('Skip to content');
    const expected = await page.evaluate(operable);
    expect([...new Set(reached)].sort()).toEqual([...new Set(expected)].sort());
    expect(reached.length, 'nothing twice').toBe(expected.length);
  });
}

test('the focus stays on a legend entry while data arrives', async ({ page }) => {
  await ready(page, 'own-cpu');
  const entry = panel(page, 'own-cpu').locator('.legend-entry');
  await entry.focus();
  const value = panel(page, 'own-cpu').locator('.legend-value');
  await expect(value).not.toHaveText(await value.innerText());
  await expect(entry).toBeFocused();
});

/** In the page: what has the focus, or null after the last element. */
function focused() {
  const element = document.activeElement;
  if (element === document.body || element === document.documentElement) {
    return null;
  }
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  return {
    name: window.nameOf(element),
    outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
    uncovered: top !== null && (element.contains(top) || top.contains(element)),
  };
}

/** In the page: the names of all that can be operated, as `focused` gives them. */
function operable() {
  const all = document.querySelectorAll('a[href], button:not(:disabled), summary, input, select, [tabindex="0"]');
  return [...all].filter((element) => element.checkVisibility()).map(window.nameOf);
}

/** In the page: a name for an element that stays while numbers change. */
function nameOf(element) {
  const content = element.matches('.board-chart, .panel-table-area');
  const own = content ? 'content' : element.getAttribute('aria-label') ?? element.textContent;
  return `${element.closest('section')?.id ?? ''} ${own.replace(/[\d.,]+ ?\S*/g, '')}`.trim();
}
