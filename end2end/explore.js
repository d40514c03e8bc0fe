import { expect } from '@playwright/test';

/** The box that queries are written in. */
export const box = (page) => page.getByRole('combobox', { name: 'Query in PromQL' });

/** The lines of the list of completions. */
export const completions = (page) => page.getByRole('listbox', { name: 'Completions' }).getByRole('option');

/** The panel with the answer. */
export const result = (page) => page.locator('#result');

/** The page's URL for a query and more parameters. */
export function explore(query, more = {}) {
  return `/explore?${new URLSearchParams({ ...(query ? { q: query } : {}), ...more })}`;
}

/** The page is in the browser's hands, and the answer has come. */
export async function answered(page) {
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', 'true');
  await expect(result(page)).toHaveAttribute('data-state', 'ready');
}

/** What the URL asks for. */
export const asked = (page, name) => new URL(page.url()).searchParams.get(name);
