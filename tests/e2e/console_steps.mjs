// What a person does in the console; console_test.py says on which server.
// usage: console_steps.mjs STEPS URL, with PIXMILL_STEPS in the environment.
// Prints what it has seen as JSON; ends with 1 when something is not as it should.

import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';

import {at, base, browser, filled, given, judge, looked, open, screens, serious, sound, steps}
  from './console_browser.mjs';
import {deeds, node, pictures} from './console_deeds.mjs';

function dropFile(page, name, text) {
  return page.evaluate(([label, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([content], label, {type: 'text/csv'}));
    document.querySelector('.dropzone').dispatchEvent(
      new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
  }, [name, text]);
}

/** An image before and after; the page asks nobody but the service. */
async function compare(page) {
  await page.locator('.part .square.done').first().click();
  const box = page.locator('dialog');
  await box.getByText('Compare with the source').click();
  const slider = box.locator('input[type=range]');
  await slider.waitFor();
  const cut = () => box.locator('.before').evaluate((one) => getComputedStyle(one).clipPath);
  const before = await cut();
  await slider.focus();
  for (let press = 0; press < 20; ++press) await page.keyboard.press('ArrowRight');
  assert.notEqual(await cut(), before, 'the slider moves the cut');
  const pictures = await box.locator('img').evaluateAll((all) => all.map((one) =>
    [one.src.slice(0, 5), one.naturalWidth]));
  assert.deepEqual(pictures, [['blob:', 480], ['blob:', 480]]);
  await page.keyboard.press('Escape');
  await box.waitFor({state: 'detached'});
}

async function submit() {
  const page = await open();
  await at(page, 'submit');
  page.refused = 1;
  await dropFile(page, 'bad.csv', given.bad);
  const wrong = page.locator('.sheet td.wrong');
  await wrong.first().waitFor();
  assert.deepEqual(await page.locator('.sheet tbody th').allTextContents(), ['2', '4']);
  assert.match(await wrong.first().textContent(), /ftp:\/\/a\.example.*url-scheme/s);
  assert.match(await wrong.nth(1).textContent(), /no-urls/);
  assert.ok(await page.locator('.go button').isDisabled());

  await dropFile(page, 'good.csv', given.good);
  await page.getByText('13 products, 14 images').waitFor();
  await page.getByLabel('Name', {exact: true}).fill(given.name);
  await page.getByText('Start the job').click();
  await page.waitForURL(/#\/jobs\/job_/);
  const job = page.url().split('/').pop();
  // Live: the count moves while nobody does anything.
  const seen = new Set();
  const count = page.locator('.tile .figure').first();
  await count.waitFor();
  for (let look = 0; look < 1_200; ++look) {
    seen.add(await count.textContent());
    if (look === 0) await fetch(given.release);
    if (await page.locator('.job-head .badge.warn').count()) break;
    await page.waitForTimeout(50);
  }
  seen.add(await count.textContent());
  assert.equal(await page.locator('.job-head .badge').textContent(), 'completed with errors');
  assert.equal(await page.locator('h1').textContent(), given.name);

  await page.getByRole('tab', {name: 'Products'}).click();
  const name = page.locator('.part tbody tr').first().locator('.strong');
  assert.equal(await name.textContent(), given.name);
  assert.equal(await page.locator('.part img, .part script').count(), 0);

  await compare(page);
  await page.locator('.cause').click();
  await page.locator('.part tbody tr').first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.part tbody tr').length === 1);
  assert.match(await page.locator('.part tbody tr').textContent(), /http_404/);

  await at(page, 'errors');
  await page.locator('#main tbody tr').first().click();
  const group = page.locator('dialog');
  assert.match(await group.textContent(), /http_404.*1 image/s);
  await group.getByText('Retry this group').click();
  const ask = page.locator('dialog.confirm');
  assert.match(await ask.textContent(), /1 image/);
  await ask.getByRole('button', {name: 'Retry'}).click();
  await ask.waitFor({state: 'detached'});
  await at(page, `jobs/${job}`);
  await page.locator('.job-head .badge.good').waitFor();
  await sound(page);
  return {job, steps: seen.size};
}

/** An actor is found, traced and ended; the log says so. */
async function inside() {
  const page = await open();
  await at(page, 'actors?kind=image');
  await page.locator('#main tbody tr').first().waitFor();
  await at(page, 'actors?part=tree');
  await page.locator('[role=treeitem]').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await at(page, `actors?kind=job&job=${given.job}`);
  await page.locator('#main tbody tr').first().click();
  await page.waitForURL(/#\/actors\/.+/);
  await page.locator('.job-head').getByRole('button', {name: 'Trace'}).click();
  await page.locator('.trace li').nth(2).waitFor();
  await page.locator('.job-head').getByRole('button', {name: 'Trace'}).click();
  await page.getByText('stopped').waitFor();
  // Of the whole job: others than this actor are heard, too.
  const own = decodeURIComponent(page.url().split('/').pop());
  await page.getByLabel('Its whole job').check();
  await page.locator('.job-head').getByRole('button', {name: 'Trace'}).click();
  await page.waitForFunction((id) => [...document.querySelectorAll('.trace li .soft.mono')].some(
    (one) => !one.textContent.endsWith(id)), own);
  await page.locator('.job-head').getByRole('button', {name: 'Trace'}).click();
  await page.getByText('stopped').waitFor();

  await at(page, `actors?kind=row&job=${given.job}&sort=age`);
  await page.locator('#main tbody tr').last().click();
  await page.locator('.job-head').waitFor();
  const id = decodeURIComponent(page.url().split('/').pop());
  page.refused = 2; // The question what it hits; the actor that is gone.
  await page.keyboard.press('k');
  const ask = page.locator('dialog.confirm');
  await ask.waitFor();
  const hits = await ask.locator('.hits').textContent();
  assert.ok(hits.includes(id) && hits.length > id.length + 20, hits);
  await judge(page, 'kill');
  await ask.getByRole('button', {name: `Kill ${id}`}).click();
  await ask.waitFor({state: 'detached'});
  await page.getByText('This actor has ended').waitFor();
  await at(page, 'audit');
  const entry = page.locator('#main tbody tr').first();
  assert.match(await entry.textContent(), /kill/);
  assert.ok((await entry.textContent()).includes(id));
  await sound(page);
  return {};
}

/** A node is taken out of work and back. */
async function drain() {
  const page = await open();
  await at(page, 'nodes');
  const row = page.locator('#main tbody tr').first();
  await row.getByRole('button', {name: 'Drain'}).click();
  const ask = page.locator('dialog.confirm');
  await ask.getByRole('button', {name: 'Drain the node'}).click();
  await ask.waitFor({state: 'detached'});
  await row.locator('.badge', {hasText: 'drain'}).waitFor();
  await row.getByRole('button', {name: 'Undrain'}).click();
  await row.locator('.badge', {hasText: 'up'}).waitFor();
  await sound(page);
  return {};
}

async function login() {
  const page = await open();
  const field = page.locator('#token');
  page.refused = 4;
  await page.goto(`${base}/console#/jobs`);
  await field.waitFor();
  await field.fill('pxm_not_one');
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.locator('.notice.bad').waitFor();
  await judge(page, 'login');
  await field.fill(given.secret);
  await page.keyboard.press('Enter');
  await page.locator('nav a[aria-current]').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem('pixmill-token')), given.secret);
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes('pxm_')), false);
  page.refused = 0;
  await page.reload();
  await page.locator('.toolbar').waitFor();
  page.refused = 4;
  await page.getByRole('button', {name: 'Sign out'}).click();
  await field.waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem('pixmill-token')), null);

  // A token with less: what it may not see says so.
  await field.fill(given.read);
  await page.keyboard.press('Enter');
  await page.locator('.toolbar').waitFor();
  page.refused = 4;
  await at(page, 'audit');
  await page.getByText('This token does not allow it').waitFor();
  await sound(page);
  return {};
}

async function everybody() {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open({colorScheme});
    for (const screen of [...screens, `jobs/${given.job}`, `jobs/${given.job}?part=rows`,
                          'actors?part=tree']) {
      await at(page, screen);
      await filled(page);
      await page.waitForTimeout(400);
      await judge(page, screen, [colorScheme]);
    }
    await page.keyboard.press('?');
    await judge(page, 'keys', [colorScheme]);
    await page.keyboard.press('Escape');
    await at(page, `jobs/${given.job}?status=done`);
    await page.locator('.part tbody tr').first().click();
    await page.locator('dialog img').first().waitFor();
    await judge(page, 'image', [colorScheme]);
    await page.locator('dialog').getByText('Compare with the source').click();
    await page.locator('dialog input[type=range]').waitFor();
    await judge(page, 'slider', [colorScheme]);
    await page.keyboard.press('Escape');
    await at(page, 'actors?kind=journal');
    await page.locator('#main tbody tr').first().click();
    await page.locator('.job-head').waitFor();
    await judge(page, 'actor', [colorScheme]);
    await at(page, `jobs/${given.job}`);
    await page.getByRole('button', {name: 'Delete'}).click();
    await page.locator('dialog.confirm').waitFor();
    await judge(page, 'dialog', [colorScheme]);
    await page.keyboard.press('Escape');
    await page.locator('.job-head summary').click();
    await judge(page, 'menu', [colorScheme]);
    await page.keyboard.press('Escape');
    await sound(page);
    await page.context().close();
  }
  const phone = await open({viewport: {width: 360, height: 740}});
  for (const screen of [...screens, `jobs/${given.job}`]) {
    await at(phone, screen);
    await filled(phone);
    await phone.waitForTimeout(200);
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 360, `${screen} is ${wide} px wide on a phone`);
  }
  await phone.getByRole('button', {name: 'Screens'}).click();
  await phone.locator('#nav').getByText('Jobs').click();
  await phone.waitForURL(/#\/jobs$/);
  await sound(phone);
  return {looked};
}

async function keyboard() {
  const page = await open();
  await at(page, 'overview');
  const on = (screen) => page.waitForURL(new RegExp(`#/${screen}`));
  await page.keyboard.press('2');
  await on('jobs');
  // The screen before has a table of jobs as well.
  await page.getByText('Submit a sheet').waitFor();
  await page.locator('#main tbody tr').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await on('jobs/job_');
  await page.locator('.job-head').waitFor();
  await page.keyboard.press('u');
  await on('jobs$');
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await on('errors');
  await page.keyboard.press('2');
  // The screen before has a toolbar as well.
  await page.locator('th', {hasText: 'Created'}).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('2 no such job');
  await page.getByText('No jobs here').waitFor();
  await on('jobs'); // A digit in a field is a digit.
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  const box = page.locator('dialog');
  await box.waitFor();
  assert.match(await box.textContent(), /Freeze/);
  await page.keyboard.press('Escape');
  await box.waitFor({state: 'detached'});
  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await colour();
  await page.keyboard.press('\\');
  assert.notEqual(await colour(), before);
  await page.reload();
  assert.notEqual(await colour(), before, 'the choice outlasts a reload');
  await sound(page);
  return {};
}

async function rest() {
  const page = await open();
  let asked = 0;
  page.on('request', (one) => one.url().includes('/v1/') && ++asked);
  await at(page, 'overview');
  await page.waitForTimeout(1_500);
  const seconds = 10;
  asked = 0;
  writeFileSync(`${given.folder}/begin`, '');
  await page.waitForTimeout(seconds * 1_000);
  writeFileSync(`${given.folder}/end`, '');
  await sound(page);
  return {seconds, asked};
}

/** Nothing is asked, and no stream is open, while nobody looks. */
async function hidden() {
  const page = await open();
  await at(page, `jobs/${given.job}`);
  await page.waitForTimeout(1_500);
  const hide = (on) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', {get: () => value, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
  }, on);
  const closed = page.waitForEvent('requestfailed', (one) => one.url().includes('/events'));
  await hide(true);
  await closed;
  await page.waitForTimeout(3_500); // What was under way may end.
  let asked = 0;
  page.on('request', () => ++asked);
  await page.waitForTimeout(5_000);
  assert.equal(asked, 0, 'asks while it is hidden');
  const again = page.waitForRequest((one) => one.url().includes('/events'));
  await hide(false);
  await again;
  await sound(page);
  return {};
}

try {
  const seen = await {submit, inside, drain, login, everybody, keyboard, rest, hidden, deeds,
                      node, pictures}[steps]();
  console.log(JSON.stringify({serious, ...seen}));
} catch (reason) {
  console.error(reason);
  process.exitCode = 1;
} finally {
  await browser.close();
}
