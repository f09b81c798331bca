// The shell: navigation, routes, keys. A screen is a module with a title and
// `open(view)`; the address after `#` says which one is shown.

import {h, icon, fill} from './dom.js';
import {token, onTokenWanted, get} from './api.js';
import {every, stream, freeze, frozen, nowFrozen} from './live.js';
import {iconButton, loading, wrong, toast, notice} from './ui.js';
import {span} from './format.js';
import {rowKeys} from './table.js';
import {listen, showKeys} from './keys.js';
import {login} from './login.js';
import {switchTheme, themeButton} from './themes.js';
import {overview} from './overview.js';
import {jobs} from './jobs.js';
import {job} from './job.js';
import {submit} from './submit.js';
import {errors} from './errors.js';
import {nodes} from './nodes.js';
import {actors} from './actors.js';
import {actor} from './actor.js';
import {origins} from './origins.js';
import {deliveries} from './deliveries.js';
import {audit} from './audit.js';
import {config} from './config.js';

// In the order of the digits that switch to them; the letter follows `g`.
export const places = [
  {id: 'overview', letter: 'o', screen: overview, group: 'Work'},
  {id: 'jobs', letter: 'j', screen: jobs, group: 'Work'},
  {id: 'submit', letter: 's', screen: submit, group: 'Work'},
  {id: 'errors', letter: 'e', screen: errors, group: 'Work'},
  {id: 'deliveries', letter: 'd', screen: deliveries, group: 'Work'},
  {id: 'nodes', letter: 'n', screen: nodes, group: 'Cluster'},
  {id: 'actors', letter: 'a', screen: actors, group: 'Cluster'},
  {id: 'origins', letter: 'r', screen: origins, group: 'Cluster'},
  {id: 'audit', letter: 'u', screen: audit, group: 'Service'},
  {id: 'config', letter: 'c', screen: config, group: 'Service'},
];

const routes = [
  ...places.map(({id, screen}) => [new RegExp(`^/${id}$`), screen, id]),
  [/^\/jobs\/([^/]+)$/, job, 'jobs'],
  [/^\/actors\/([^/]+)$/, actor, 'actors'],
];

const app = document.getElementById('app');
const main = h('main', {id: 'main', tabindex: '-1'});
const title = h('h1', {});
const stamp = h('span', {class: 'stamp'});
const trouble = h('div', {class: 'trouble', role: 'status'});
const freezer = iconButton('Freeze (p)', 'pause', () => freeze(!nowFrozen()));
const leave = iconButton('Sign out', 'out', () => {
  token.drop();
  location.reload();
});
const nav = h('nav', {id: 'nav', 'aria-label': 'Screens'});
const shade = h('div', {class: 'shade', on: {click: () => openNav(false)}});
const menu = iconButton('Screens', 'menu', () => openNav(!isNavOpen()),
                        {'aria-controls': 'nav', 'aria-expanded': 'false'});
menu.classList.add('menu');

function isNavOpen() {
  return document.body.classList.contains('nav-open');
}

function openNav(on) {
  document.body.classList.toggle('nav-open', on);
  menu.setAttribute('aria-expanded', on);
  if (on) nav.querySelector('a[aria-current]')?.focus();
}

function drawShell() {
  const groups = Map.groupBy?.(places, (one) => one.group)
    ?? places.reduce((all, one) => all.set(
      one.group, [...(all.get(one.group) ?? []), one]), new Map());
  fill(nav,
       h('a', {class: 'brand', href: '#/overview'},
         h('img', {src: '/console/icon.svg', alt: '', width: '26', height: '26'}),
         h('span', {}, 'Pixmill')),
       [...groups].map(([name, all]) => [
         h('p', {class: 'group', 'aria-hidden': 'true'}, name),
         h('ul', {'aria-label': name}, all.map(({id, screen}) => h(
           'li', {}, h('a', {href: `#/${id}`, 'data-place': id},
                       icon(id), h('span', {}, screen.title),
                       h('kbd', {'aria-hidden': 'true'},
                         (places.findIndex((one) => one.id === id) + 1) % 10)))))]),
       h('p', {class: 'foot'}, h('a', {href: '/docs'}, 'API description'),
         h('button', {type: 'button', class: 'plain',
                      on: {click: () => showKeys(places)}}, 'Keys ', h('kbd', {}, '?'))));
  fill(app, nav, shade,
       h('div', {class: 'page'},
         h('header', {class: 'top'}, menu, title, stamp,
           h('div', {class: 'tools'}, freezer, themeButton(),
             iconButton('Keys (?)', 'help', () => showKeys(places)), leave)),
         trouble, main));
}

/** What a screen is given: where to draw, and how to stay up to date. */
class View {
  constructor(args, query) {
    this.args = args;
    this.query = query;
    this.cut = new AbortController();
    this.signal = this.cut.signal;
    this.root = main;
    this.keys = {};
    this.drawn = false;
  }

  title(text) {
    title.textContent = text;
    document.title = `${text} · Pixmill`;
  }

  /** Says how old what is shown is, and what it covers. */
  stamp(body) {
    frame = {at: Date.now(), scope: body?.scope ?? 'now', window: body?.window_s};
    tellAge();
    trouble.replaceChildren();
  }

  failed(reason, place = this.root) {
    if (!this.drawn || reason.status === 403 || reason.status === 404
        || reason.status === 410) {
      fill(place, wrong(reason, () => go()));
      this.drawn = false;
    } else {
      fill(trouble, notice('warn', `${reason.message}. `
                           + 'What is shown is old; the console tries again.'));
    }
  }

  /** Asks for `path()` now and every `ms`; `show(body)` draws it. */
  poll(ms, path, show, {stamp: stamps = true, failed} = {}) {
    return every(ms, async () => {
      const body = await get(path(), this.signal);
      if (this.signal.aborted) return;
      show(body);
      this.drawn = true;
      if (stamps) this.stamp(body);
    }, {signal: this.signal,
        failed: failed ?? ((reason) => this.failed(reason))});
  }

  stream(open, failed) {
    return stream(open, {signal: this.signal, failed});
  }

  /** Changes what stands after `?` in the address, without a new screen. */
  remember(query) {
    Object.assign(this.query, query);
    const text = new URLSearchParams(Object.entries(this.query).filter(
      ([, x]) => x)).toString();
    const [path] = location.hash.split('?');
    history.replaceState(null, '', path + (text ? `?${text}` : ''));
  }
}

let view = null;
let frame = null;

function tellAge() {
  if (!frame) return stamp.replaceChildren();
  const age = Math.round((Date.now() - frame.at) / 1000);
  const scope = {now: 'now', all_time: 'all time'}[frame.scope]
    ?? `last ${span(Math.max(1, Math.round(frame.window ?? 0)))}`;
  const text = `${age < 2 ? 'live' : `${span(age)} old`} · ${scope}`;
  if (stamp.textContent !== text)
    fill(stamp, h('i', {class: `pulse ${age < 10 ? 'on' : ''}`}), text);
}

export function go() {
  const [path, query] = (location.hash.slice(1) || '/overview').split('?');
  const found = routes.map(([form, screen, id]) => [form.exec(path), screen, id])
    .find(([match]) => match);
  if (!found) {
    location.replace('#/overview');
    return;
  }
  const [match, screen, place] = found;
  view?.cut.abort();
  frame = null;
  tellAge();
  trouble.replaceChildren();
  openNav(false);
  view = new View(match.slice(1).map(decodeURIComponent),
                  Object.fromEntries(new URLSearchParams(query ?? '')));
  view.title(screen.title);
  for (const link of nav.querySelectorAll('[data-place]')) {
    if (link.dataset.place === place) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.body.dataset.screen = place;
  leave.hidden = !token.get();
  fill(main, loading());
  scrollTo(0, 0);
  main.focus({preventScroll: true});
  screen.open(view);
}

function askForToken(problem) {
  if (document.body.classList.contains('signing-in')) return;
  view?.cut.abort();
  const held = token.get();
  token.drop();
  document.body.classList.add('signing-in');
  login(app, held ? problem.detail : '', () => {
    document.body.classList.remove('signing-in');
    drawShell();
    go();
  });
}

listen({
  places, rowKeys, view: () => view,
  busy: () => document.body.classList.contains('signing-in'),
  freeze: () => freeze(!nowFrozen()), theme: switchTheme,
});
frozen.addEventListener('change', () => {
  const on = nowFrozen();
  document.body.classList.toggle('frozen', on);
  freezer.replaceChildren(icon(on ? 'play' : 'pause'));
  const label = on ? 'Go on (p)' : 'Freeze (p)';
  freezer.title = label;
  freezer.setAttribute('aria-label', label);
  toast(on ? 'Frozen: nothing is asked until you go on' : 'Live again');
});
setInterval(() => document.hidden || tellAge(), 1_000);
addEventListener('hashchange', () => {
  if (!document.body.classList.contains('signing-in')) go();
});
onTokenWanted(askForToken);
drawShell();
go();
