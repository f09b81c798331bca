// A browser that notes what goes wrong in it, for console_steps.mjs and those
// beside it.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';

export const given = JSON.parse(process.env.PIXMILL_STEPS);
export const [steps, base] = process.argv.slice(2);
const {chromium} = await import(`${given.modules}/playwright-core/index.mjs`);
const description = await (await fetch(`${base}/openapi.json`)).json();
export const browser = await chromium.launch({
  executablePath: given.chromium, args: ['--no-sandbox', '--disable-gpu']});

export const screens = ['overview', 'jobs', 'submit', 'errors', 'deliveries', 'nodes',
                 'actors', 'origins', 'audit', 'config'];

function isKnown(path) {
  return Object.keys(description.paths).some((form) => new RegExp(
    `^${form.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path));
}

/** A page that notes what goes wrong in it. */
export async function open(options = {}) {
  const context = await browser.newContext({
    viewport: {width: 1280, height: 800}, ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.wrong = [];
  page.on('request', (one) => {
    if (!one.url().startsWith(base) && !one.url().startsWith('blob:'))
      page.wrong.push(`asks ${one.url()}`);
  });
  page.refused = 0; // Answers that the steps have asked for.
  page.on('pageerror', (reason) => page.wrong.push(String(reason)));
  page.on('dialog', (box) => {
    page.wrong.push(`a box: ${box.message()}`);
    box.dismiss();
  });
  page.on('console', (said) => {
    if (said.type() !== 'error') return;
    const path = said.location().url ? new URL(said.location().url).pathname : '';
    // The browser tells of each answer from 400 on. That is wanted for routes
    // that this server does not have, and where the steps go wrong on purpose.
    if (/Failed to load resource/.test(said.text())
        && (!isKnown(path) || page.refused-- > 0)) return;
    page.wrong.push(`${said.text()} (${path})`);
  });
  return page;
}

export async function sound(page) {
  assert.deepEqual(page.wrong, []);
  assert.equal(await page.evaluate(() => window.pwned), undefined,
               'a name has run as a script');
}

/** Goes to a screen; the one before is gone when it returns. */
export async function at(page, screen) {
  await page.evaluate(() => document.querySelector('#main > *')?.setAttribute('data-before', ''));
  await page.goto(`${base}/console#/${screen}`);
  await page.waitForSelector('#main > *:not([data-before]):first-child');
}

/** Waits until a screen shows what it is about. */
export function filled(page) {
  return page.waitForFunction(() => !document.querySelector('.loading'));
}

/** What axe-core finds on the page as it stands. */
async function look(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', {
    expression: readFileSync(`${given.modules}/axe-core/axe.min.js`, 'utf8')});
  await session.detach();
  return page.evaluate(async () => (await window.axe.run()).violations.map(
    ({id, impact, nodes}) => ({id, impact, where: nodes.slice(0, 3).map((one) =>
      one.html.slice(0, 200))})));
}

/** What axe-core has found so far that keeps people out. */
export const serious = [];
export let looked = 0;

/** Looks at the page as it stands, in light and in dark. */
export async function judge(page, what, schemes = ['light', 'dark']) {
  for (const colorScheme of schemes) {
    await page.emulateMedia({colorScheme});
    await page.waitForFunction((dark) => matchMedia('(prefers-color-scheme: dark)').matches === dark
      && document.getAnimations().every((one) => one.playState !== 'running'),
      colorScheme === 'dark');
    ++looked;
    for (const found of await look(page))
      if (['serious', 'critical'].includes(found.impact))
        serious.push({what: `${what} ${colorScheme}`, ...found});
  }
}
