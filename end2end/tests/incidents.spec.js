import { asked } from '../explore.js';
import { expect, test } from '../fixtures.js';
import { call, push, makeRule, tell, open, words, view, bare } from '../oncall.js';

test.beforeEach(async ({ problems }) => {
  // A question that is taken back, because the page is left.
  problems.foresee(/ERR_ABORTED/);
});

test('an incident has its alerts, its values, its people and what happened', async ({ page, launch }) => {
  test.slow();
  const server = await bare(launch);
  await push(server, 'a', 90);
  await makeRule(server);
  await tell(server, { alertname: 'Slow', severity: 'warning', host: 'a' });
  await open(page, `${server.url}/alerts`);
  await view(page, 'Incidents').click();
  await expect(page).toHaveTitle('Incidents · Watchfire');
  const entry = page.locator('.incident');
  await expect(entry).toContainText('2 alerts, 2 firing · nobody looks after it · host=a');
  await expect(words(page)).toHaveText('◆ 1 open');
  await page.getByRole('searchbox', { name: 'Filter' }).fill('elsewhere');
  await expect(page.locator('.panel-none')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Filter' }).fill('HOST=a');
  await expect.poll(() => asked(page, 'filter')).toBe('HOST=a');
  await entry.getByRole('link').click();

  await expect(page.locator('.incident-cause')).toContainText('since it began first');
  await expect(page.getByRole('region', { name: 'Alerts' }).locator('.alert')).toHaveCount(2);
  await page.getByRole('button', { name: 'Show the values of Slow' }).click();
  const values = page.getByRole('region', { name: 'Values' });
  await expect(values).toContainText('No rule of this server made this alert');
  const seen = page.getByRole('region', { name: 'As it was evaluated' });
  await expect(seen.getByRole('heading')).toHaveText('As it was evaluated: Slow');
  await expect(seen).toContainText('No rule of this server made this alert');
  await expect(seen.locator('path')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show the values of Hot' }).click();
  await expect(seen.getByRole('heading')).toHaveText('As it was evaluated: Hot');
  await expect(seen.locator('path')).toHaveAttribute('d', /^M/);
  await expect(values.locator('.rule-query')).toHaveText('temperature');
  await expect(values.locator('.board-chart')).toHaveAttribute('data-drawn', 'true');

  // Nothing is done in nobody's name.
  const top = page.getByRole('region', { name: 'Incident', exact: true });
  await top.getByRole('button', { name: 'I look after it' }).click();
  await expect(top.getByRole('alert')).toContainText('write your name');
  const people = page.getByRole('region', { name: 'Who does what' });
  await people.getByLabel('Your name').fill('Ann');
  await top.getByRole('button', { name: 'I look after it' }).click();
  await expect(top).toContainText('◨ acknowledged');
  await expect(people.getByLabel('Who looks after it')).toHaveValue('Ann');

  // An alert is taken out, and put to it again.
  const members = page.getByRole('region', { name: 'Alerts' }).locator('.alert');
  await page.getByRole('button', { name: 'Take Slow out of the incident' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take it out' }).click();
  await expect(members).toHaveCount(1);
  await page.getByText('Put another alert to it').click();
  // Words of its name are enough.
  await expect(page.locator('#incident-alert-list option')).toHaveAttribute('value', 'Slow host="a", severity="warning"');
  const add = page.locator('.incident-add', { hasText: 'Put another alert to it' });
  await page.getByLabel('An alert that fires').fill('elsewhere');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(add.getByRole('alert')).toHaveText('nothing here is called "elsewhere"; choose one of the list');
  await expect(people.getByRole('alert'), 'it is told once').toHaveCount(0);
  await page.getByLabel('An alert that fires').fill('WARNING slow');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(members).toHaveCount(2);
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('+ put to it');
  await people.getByLabel('Role', { exact: true }).fill('communication');
  await people.getByLabel('Who has it').fill('Bob');
  await people.getByRole('button', { name: 'Give' }).click();
  await expect(people.locator('.incident-role')).toContainText('communication Bob');
  await people.getByLabel('Who looks after it').fill('Cem');
  await people.getByRole('button', { name: 'Assign' }).click();
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await expect(timeline).toContainText('Cem, says Ann');
  await expect(timeline).toContainText('communication: Bob, says Ann');
  await people.getByRole('button', { name: 'Take the role communication from Bob' }).click();
  await expect(people.locator('.incident-role')).toHaveCount(0);

  const notes = page.getByRole('region', { name: 'Notes' });
  await notes.getByRole('button', { name: 'Add the note' }).click();
  await expect(notes.getByRole('alert')).toHaveText('write the note first');
  await people.getByRole('button', { name: 'Give' }).click();
  await expect(people.getByRole('alert')).toHaveText('write the role and who has it');
  await expect(top.getByRole('alert')).toHaveCount(0);
  await notes.getByLabel('What was found out or done').fill('a cable\nwas loose');
  await notes.getByRole('button', { name: 'Add the note' }).click();
  await expect(people.getByRole('alert'), 'it goes with what succeeds').toHaveCount(0);
  await expect(notes.locator('.incident-note')).toContainText('a cable');
  await expect(notes.getByLabel('What was found out or done')).toHaveValue('');
  await expect(timeline).toContainText('✎ note');

  await top.getByRole('button', { name: 'End it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await expect(top).toContainText('✓ ended');
  await expect(timeline.locator('li').first()).toContainText('✓ ended');
  await top.getByRole('link', { name: 'All incidents' }).click();
  await expect(entry).toHaveCount(0);
  await page.locator('select[name=state]').selectOption('resolved');
  await expect(entry).toContainText('Cem');
  await entry.getByRole('link').click();
  await top.getByRole('button', { name: 'Open it again' }).click();
  await expect(top).toContainText('◆ open');
});

test('an incident that became part of another leads there, and that one says so', async ({ page, launch }) => {
  const server = await bare(launch);
  const incidents = async (state) => (await call(server, 'GET', `/api/v1/watchfire/incidents?state=${state}`)).data;
  const count = (state) => async () => (await incidents(state)).length;
  await tell(server, { alertname: 'Disk', host: 'a' });
  await expect.poll(count('open')).toBe(1);
  await tell(server, { alertname: 'Slow', service: 'shop' });
  await expect.poll(count('open')).toBe(2);
  await tell(server, { alertname: 'Down', host: 'a', service: 'shop' });
  await expect.poll(count('resolved')).toBe(1);
  const [{ id }] = await incidents('resolved');
  await open(page, `${server.url}/alerts/incidents/${id}`);
  const top = page.getByRole('region', { name: 'Incident', exact: true });
  await expect(top).toContainText('It is part of another incident');
  await expect(top.getByRole('button', { name: 'Open it again' })).toHaveCount(0);
  // What would be refused is not offered.
  await expect(page.getByRole('region', { name: 'Notes' })).toBeVisible();
  await expect(page.getByLabel('What was found out or done')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Who does what' })).toHaveCount(0);
  await expect(page.locator('.incident-add')).toHaveCount(0);
  await top.getByRole('link', { name: 'another incident' }).click();
  await expect(page.getByRole('region', { name: 'Alerts' }).locator('.alert')).toHaveCount(3);
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('⊕ became part of it');
  await top.getByRole('link', { name: 'sent by another' }).click();
  await expect(top).toContainText('It is part of another incident');
});

for (const width of [1440, 390]) {
  test(`another incident is merged by hand, and long names fit, ${width} wide`, async ({ page, launch }) => {
    const server = await bare(launch);
    const device = 'a-device-with-a-name-that-is-longer-than-any-phone-is-wide-and-goes-on-for-a-while';
    await tell(server, { alertname: 'Hot', host: 'a' }, { alertname: 'DiskFillsUp', host: 'b', device, mountpoint: `/srv/${device}` });
    const incidents = async () => (await call(server, 'GET', '/api/v1/watchfire/incidents?state=open')).data;
    await expect.poll(async () => (await incidents()).length).toBe(2);
    const [{ id }, other] = (await incidents()).sort((one) => (one.relations.includes('host=a') ? -1 : 1));
    await page.setViewportSize({ width, height: 900 });
    await open(page, `${server.url}/alerts/incidents/${id}`);
    await page.getByText('Put another alert to it').click();
    await page.getByText('Merge with another incident').click();
    await expect(page.locator('#incident-alert-list option')).toHaveCount(1);
    await expect(page.locator('#incident-other-list option')).toHaveCount(1);
    for (const [field, button] of [['#incident-alert', 'Add'], ['#incident-other', 'Merge']]) {
      await page.locator(field).fill('device b');
      const typed = await page.locator(field).boundingBox();
      const pressed = await page.getByRole('button', { name: button, exact: true }).boundingBox();
      expect(typed.x + typed.width, `${field} ends before its button`).toBeLessThanOrEqual(pressed.x);
      expect(pressed.x + pressed.width, `${button} is in sight`).toBeLessThanOrEqual(width);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, 'pixels beyond the right edge').toBe(0);

    const merge = page.locator('.incident-add', { hasText: 'Merge with another incident' });
    await page.getByLabel('An incident that goes on').fill('host=b');
    await merge.getByRole('button', { name: 'Merge' }).click();
    await expect(merge.getByRole('alert')).toContainText('write your name');
    await page.getByLabel('Your name').fill('Ann');
    await merge.getByRole('button', { name: 'Merge' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click();
    await expect(page.getByRole('region', { name: 'Alerts' }).locator('.alert')).toHaveCount(2);
    await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('sent by another, says Ann');
    expect((await call(server, 'GET', `/api/v1/watchfire/incidents/${other.id}`)).data.merged_into).toBe(id);
  });
}
