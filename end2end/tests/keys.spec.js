import { collected, panel, ready } from '../charts.js';
import { expect, test } from '../fixtures.js';

const dialog = (page) => page.getByRole('dialog', { name: 'Keys' });
const picker = (page) => page.locator('.time-picker');

test.beforeEach(async ({ page, watchfire }) => {
  await collected(watchfire, 3000);
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
  await expect(page.getByLabel('From')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(picker(page)).not.toHaveAttribute('open');
  await expect(picker(page).locator('summary')).toBeFocused();
});

test('h and o go to the pages, but not while typing', async ({ page }) => {
  await page.keyboard.press('h');
  await expect(page).toHaveURL('/host?from=now-5m&to=now');
  await ready(page, 'load');
  await page.keyboard.press('o');
  await expect(page).toHaveURL('/?from=now-5m&to=now');
  await page.keyboard.press('t');
  await page.keyboard.type('hos');
  await expect(page.getByLabel('From')).toHaveValue(/hos/);
  await expect(page).toHaveURL('/?from=now-5m&to=now');
});

test('[ folds the sidebar and opens it', async ({ page }) => {
  const text = page.locator('.sidebar .nav-text').first();
  await page.keyboard.press('[');
  await expect(text).toBeHidden();
  await expect(page.getByRole('link', { name: 'Host' }), 'still has its name').toBeVisible();
  await page.keyboard.press('[');
  await expect(text).toBeVisible();
});

test('s copies a link', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.keyboard.press('s');
  await expect(page.locator('.share-done')).toHaveText('Link copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/\/\?from=20\d\d-.*&to=20\d\d-/);
});

test('a wrong range is explained beside the field and stays as typed', async ({ page }) => {
  const error = page.locator('#time-error');
  for (const [from, to, words] of [
    ['soon', 'now', '"soon" is not a time; write now, now-6h or'],
    ['now', 'now-1h', 'the range ends before it starts'],
  ]) {
    await page.keyboard.press('t');
    await page.getByLabel('From').fill(from);
    await page.getByLabel('To', { exact: true }).fill(to);
    await page.keyboard.press('Enter');
    await expect(error).toBeVisible();
    await expect(error).toContainText(words);
    await expect(page.getByLabel('From')).toHaveValue(from);
    await expect(page.getByLabel('To', { exact: true })).toHaveValue(to);
    await expect(page).toHaveURL('/');
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('t');
  await page.getByLabel('From').fill('now-10m');
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

for (const path of ['/', '/host']) {
  test(`Tab reaches everything on ${path}, and the focus can be seen`, async ({ page }) => {
    await page.goto(path);
    await ready(page, path === '/' ? 'cpu-chart' : 'load');
    const reached = [];
    for (let press = 0; press < 150; press += 1) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate(focused);
      if (focus === null) {
        break;
      }
      expect(focus.outline, `the focus on ${focus.name} can be seen`).toBe(true);
      expect(focus.uncovered, `${focus.name} is not hidden behind something`).toBe(true);
      reached.push(focus.name);
    }
    expect(reached[0]).toBe('Skip to content');
    const expected = await page.evaluate(operable);
    expect(new Set(reached)).toEqual(new Set(expected));
    expect(reached.length, 'nothing twice').toBe(expected.length);
  });
}

test('the focus stays on a legend entry while data arrives', async ({ page }) => {
  const entry = panel(page, 'cpu-chart').locator('.legend-entry');
  await entry.focus();
  const value = await panel(page, 'cpu-chart').locator('.legend-value').innerText();
  await expect(panel(page, 'cpu-chart').locator('.legend-value')).not.toHaveText(value);
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
    name: element.getAttribute('aria-label') ?? `${element.closest('section')?.id ?? ''} ${element.textContent.replace(/[\d.,]+ ?\S*$/, '')}`.trim(),
    outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
    uncovered: top !== null && (element.contains(top) || top.contains(element)),
  };
}

/** In the page: the names of all that can be operated, as `focused` gives them. */
function operable() {
  const all = document.querySelectorAll('a[href], button, summary, input, [tabindex="0"]');
  const name = (element) =>
    element.getAttribute('aria-label') ?? `${element.closest('section')?.id ?? ''} ${element.textContent.replace(/[\d.,]+ ?\S*$/, '')}`.trim();
  return [...all].filter((element) => element.checkVisibility()).map(name);
}
