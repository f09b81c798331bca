// What is done to a job, to a webhook and to what runs on a worker; and pictures
// of every screen.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';

import {at, given, judge, open, screens, sound} from './console_browser.mjs';

/** Presses a button that asks first; what it says it will hit. */
async function confirmed(page, press, verb, what) {
  await press.click();
  const ask = page.locator('dialog.confirm');
  await ask.waitFor();
  const hits = await ask.locator('.hits').textContent();
  if (what) await judge(page, what);
  await ask.getByRole('button', {name: verb}).click();
  await ask.waitFor({state: 'detached'});
  return hits;
}

async function steered(page) {
  await at(page, `jobs/${given.running}`);
  const button = (name) => page.locator('.job-head').getByRole('button', {name, exact: true});
  const state = (name) => page.locator('.job-head .badge', {hasText: name}).waitFor();
  await state('running');
  assert.match(await confirmed(page, button('Pause'), 'Pause the job'), /\d+ images wait until/);
  await state('paused');
  await button('Resume').click();
  await state('running');
  assert.match(await confirmed(page, button('Cancel'), 'Cancel the job'),
               /\d+ images that are not finished/);
  await state('canceled');
}

async function downloaded(page) {
  await at(page, `jobs/${given.done}`);
  const wanted = [
    ['The sheet with output URLs', 'results.csv', /Output Image Urls/],
    ['The sheet with a full report', 'results.csv', /Ssim/],
    ['One object an image', 'results.jsonl', /^{"row":1,/],
    ['Images and sheet', 'results.zip', /^PK/],
    ['What failed, to submit again', 'failed.csv', /status\/404/],
  ];
  for (const [text, name, content] of wanted) {
    await page.locator('.job-head summary').click();
    const coming = page.waitForEvent('download');
    await page.locator('.menu-box').getByRole('button', {name: text}).click();
    const file = await coming;
    assert.ok(file.suggestedFilename().endsWith(name), file.suggestedFilename());
    assert.match(readFileSync(await file.path(), 'latin1'), content, text);
  }
}

/** A webhook is sent again, from its row and from its dialog. */
async function replayed(page) {
  const attempts = (n) => page.waitForFunction((count) => {
    const cell = document.querySelector('#main tbody td[data-label=Attempts]');
    return cell?.textContent === String(count);
  }, n);
  await at(page, 'deliveries');
  await attempts(1);
  await page.getByRole('button', {name: /^Replay evt_/}).click();
  await attempts(2);
  await page.locator('#main tbody .opener').first().click();
  const box = page.locator('dialog');
  await box.getByText('Send again').waitFor();
  await judge(page, 'delivery');
  await box.getByText('Send again').click();
  await box.waitFor({state: 'detached'});
  await attempts(3);
}

export async function deeds() {
  const page = await open();
  await steered(page);
  await downloaded(page);
  await replayed(page);
  await at(page, `jobs/${given.done}`);
  const press = page.locator('.job-head').getByRole('button', {name: 'Delete'});
  assert.match(await confirmed(page, press, 'Delete the job', 'delete'), /its results/);
  await page.waitForURL(/#\/jobs$/);
  await page.locator(`#main tbody tr[data-key="${given.running}"]`).waitFor();
  await page.waitForFunction((id) => !document.querySelector(`tr[data-key="${id}"]`), given.done);
  await sound(page);
  return {};
}

/** What runs on a worker is found in the tree, and ended. */
export async function node() {
  const page = await open();
  await at(page, 'actors?part=tree');
  await page.locator('[role=treeitem] .leaf', {hasText: /^node/}).waitFor();
  await judge(page, 'tree with a node');
  await at(page, `actors?kind=image&node=${given.name}`);
  const row = page.locator('#main tbody tr').first();
  await row.waitFor();
  await at(page, 'nodes');
  await page.locator('#main tbody tr', {hasText: given.name}).locator('td').first().click();
  await page.waitForURL(new RegExp(`#/actors\\?.*node=${given.name}`));
  await at(page, `actors?kind=worker&node=${given.name}`);
  await row.click();
  await page.getByText('Answered after').waitFor();
  await page.locator('.job-head').getByRole('button', {name: 'Trace'}).click();
  await page.locator('.trace li').first().waitFor();
  await at(page, 'origins');
  await page.locator('#main tbody tr', {hasText: `from ${given.name}`}).first().waitFor();
  await sound(page);
  return {};
}

/** Pictures of every screen, for people to look at. */
export async function pictures() {
  const actor = encodeURIComponent(given.actor);
  const all = {
    ...Object.fromEntries(screens.map((one) => [one, one])), tree: 'actors?part=tree',
    actor: `actors/${actor}`, job: `jobs/${given.running}`, ended: `jobs/${given.done}`,
    products: `jobs/${given.done}?part=rows`, webhooks: `jobs/${given.done}?part=deliveries`,
  };
  const sizes = {light: {viewport: {width: 1280, height: 800}},
                 dark: {viewport: {width: 1280, height: 800}, colorScheme: 'dark'},
                 phone: {viewport: {width: 390, height: 844}}};
  for (const [size, options] of Object.entries(sizes)) {
    const page = await open({deviceScaleFactor: 1, ...options});
    for (const [name, path] of Object.entries(all)) {
      await at(page, path);
      await page.waitForTimeout(name === 'overview' ? 2_500 : 1_200);
      await page.screenshot({path: `${given.out}/${name}-${size}.png`});
    }
    const shot = (name) => page.screenshot({path: `${given.out}/${name}-${size}.png`});
    await at(page, `jobs/${given.done}?status=done`);
    await page.locator('.part tbody tr').first().click();
    await page.locator('dialog').getByText('Compare with the source').click();
    await page.locator('dialog input[type=range]').waitFor();
    await page.waitForTimeout(300);
    await shot('compare');
    await page.keyboard.press('Escape');
    await at(page, `jobs/${given.done}`);
    await page.getByRole('button', {name: 'Delete'}).click();
    await page.waitForTimeout(300);
    await shot('confirm');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.waitForTimeout(300);
    await shot('keys');
  }
  return {};
}
