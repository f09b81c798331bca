// What runs inside: the busiest actors, and all of them as a tree.

import {h, fill} from './dom.js';
import {url} from './api.js';
import {count, decimal, none, percent, span} from './format.js';
import {badge, empty, filterBox, select, silentNodes, tabs} from './ui.js';
import {table} from './table.js';
import {pollAgain} from './jobs.js';
import {actorTree} from './actor_tree.js';

const sorts = [['mailbox', 'Mailbox'], ['rate', 'Messages/s'], ['busy', 'Busy'], ['age', 'Age']];
const windows = [['1s', '1 s'], ['10s', '10 s'], ['30s', '30 s'], ['60s', '1 min']];
const kinds = ['supervisor', 'job', 'dispatcher', 'worker', 'row', 'image', 'journal',
               'notifier', 'archive', 'inspector'];

export function actorLink(id) {
  return h('a', {href: `#/actors/${encodeURIComponent(id)}`, class: 'mono'}, id);
}

function columns() {
  return [
    {title: 'Actor', kind: 'wide', cell: (one) => [
      h('span', {}, h('span', {class: `kind ${one.kind}`}, one.kind), ' ', actorLink(one.id)),
      h('span', {class: 'sub clip', title: one.label}, one.label)]},
    {title: 'State', cell: (one) => badge(one.state, one.state.startsWith('no answer')
      ? 'bad' : undefined)},
    {title: 'Node', cell: (one) => one.node},
    {title: 'Mailbox', kind: 'number', cell: (one) => h(
      'span', {class: one.mailbox > 100 ? 'bad-text' : ''}, count(one.mailbox))},
    {title: 'Messages/s', kind: 'number', cell: (one) => decimal(one.rate)},
    {title: 'Messages', kind: 'number', cell: (one) => count(one.messages)},
    {title: 'Busy', kind: 'number', cell: (one) => one.busy_ratio === null
      || one.busy_ratio === undefined ? none : percent(one.busy_ratio)},
    {title: 'Age', kind: 'number', cell: (one) => span(one.age_s)},
  ];
}

function next(all, now) {
  return all[(all.findIndex(([id]) => id === now) + 1) % all.length][0];
}

function topPart(view, place) {
  let turn = () => {};
  const list = table(columns(), {
    key: (one) => one.id, caption: 'Actors',
    open: (one) => { location.hash = `#/actors/${encodeURIComponent(one.id)}`; },
    nothing: empty('actors', 'No actor fits')});
  const said = h('div', {});
  const total = h('span', {class: 'note', role: 'status'});
  const change = (query) => {
    view.remember(query);
    turn();
  };
  const sort = select('Sort by', sorts, view.query.sort ?? 'mailbox', (id) => change({sort: id}));
  const width = select('Over', windows, view.query.window ?? '10s', (id) => change({window: id}));
  const bar = h('div', {class: 'toolbar'},
    filterBox('Filter by job or node', (text) => change(text.startsWith('job_')
      ? {job: text, node: ''} : {job: '', node: text}), view.query.job ?? view.query.node ?? ''),
    sort, width,
    select('Kind', [['', 'All kinds'], ...kinds.map((kind) => [kind, kind])],
           view.query.kind ?? '', (kind) => change({kind})), total);
  turn = pollAgain(view, 2_000, () => url('/v1/actors', {
    sort: view.query.sort ?? 'mailbox', top: 50, window: view.query.window ?? '10s',
    kind: view.query.kind, job: view.query.job, node: view.query.node}), (body) => {
    if (!list.isConnected) fill(place, bar, said, list);
    list.update(body.actors);
    total.textContent = `${count(body.actors.length)} of ${count(body.total)}`;
    fill(said, silentNodes(body.silent));
  });
  const pick = (box, all, name) => () => {
    const id = next(all, view.query[name] ?? all[0][0]);
    box.querySelector('select').value = id;
    change({[name]: id});
  };
  view.keys = {s: {what: 'Sort by the next', act: pick(sort, sorts, 'sort')},
               w: {what: 'A wider window', act: pick(width, windows, 'window')}};
}

export const actors = {
  title: 'Actors',
  open(view) {
    const place = h('div', {class: 'stack', role: 'tabpanel', 'aria-label': 'Actors'});
    let cut = null;
    const show = (part) => {
      cut?.abort();
      cut = new AbortController();
      const signal = AbortSignal.any ? AbortSignal.any([cut.signal, view.signal]) : view.signal;
      const inner = Object.create(view, {
        signal: {value: signal}, root: {value: place}, drawn: {value: false, writable: true}});
      view.remember({part});
      fill(place);
      view.keys = {};
      if (part === 'tree') actorTree(inner, place);
      else topPart(inner, place);
      view.keys = inner.keys;
    };
    const chosen = view.query.part === 'tree' ? 'tree' : 'top';
    fill(view.root, h('div', {class: 'stack'},
         tabs('View', [['top', 'Busiest'], ['tree', 'Tree']], chosen, show), place));
    show(chosen);
  },
};
