// What the whole service is doing, and what holds it up.

import {h, fill, icon} from './dom.js';
import {get, url} from './api.js';
import {every} from './live.js';
import {bytes, count, decimal, percent, plural} from './format.js';
import {card, empty, linkButton, tabs, tile, tiles, wrong} from './ui.js';
import {lineChart} from './charts.js';
import {jobTable} from './jobs.js';

const spans = [['15m', '15 min'], ['1h', '1 h'], ['24h', '24 h'], ['7d', '7 days']];
const seconds = {'15m': 900, '1h': 3_600, '24h': 86_400, '7d': 604_800};

const charts = [
  ['Images per second', decimal, [['images_per_s', 'images/s', '--accent']]],
  ['Bytes per second', (x) => `${bytes(x)}/s`,
   [['bytes_in_per_s', 'in', '--blue'], ['bytes_out_per_s', 'out', '--accent']]],
  ['Failures per second', decimal, [['failures_per_s', 'failures/s', '--bad']]],
  ['Cores of the head in use', decimal, [['cpu', 'cores', '--violet']]],
];

const neck = {
  fetch: ['Origins are the bottleneck', 'origins'],
  cpu: ['The processors are the bottleneck', 'nodes'],
  store: ['The store is the bottleneck', 'config'],
  idle: ['Nothing holds it up', 'jobs'],
};

function bottleneck(what) {
  const [title, place] = neck[what.what] ?? [what.what, 'nodes'];
  return h('a', {class: `neck ${what.what}`, href: `#/${place}`},
           icon(what.what === 'idle' ? 'check' : 'bolt'),
           h('span', {}, h('b', {}, title), h('span', {}, what.why)));
}

/** Where images are on their way, as far as the server says. */
function pipeline({stages, bottleneck: slow}) {
  if (!stages) return null;
  const step = (id, name, now, waiting) => h(
    'li', {class: slow.what === id ? 'slow' : ''}, h('span', {class: 'soft'}, name),
    h('b', {}, count(now)), h('span', {class: 'soft'}, waiting === undefined
      ? 'at once' : waiting ? `${count(waiting)} waiting` : 'none waiting'));
  return h('ol', {class: 'flow', 'aria-label': 'Images on their way'},
           step('fetch', 'Downloading', stages.downloading, stages.downloads_waiting),
           step('cpu', 'Compressing', stages.compressing, stages.compressions_waiting),
           step('store', 'Storing', stages.storing));
}

function figures() {
  const all = {
    running: tile('Running'), rate: tile('Images per second'),
    saved: tile('Saved'), failed: tile('Failed'), cpu: tile('Processor'),
    nodes: tile('Nodes'),
  };
  return {all, take(body) {
    all.running.update(count(body.jobs.running), [
      body.jobs.paused && `${count(body.jobs.paused)} paused`,
      body.jobs.queued && `${count(body.jobs.queued)} queued`,
      `${count(body.jobs.finished)} finished`].filter(Boolean).join(', '));
    all.rate.update(decimal(body.rate.images_per_s), body.rate.bytes_in_per_s
      ? `${bytes(body.rate.bytes_in_per_s)}/s in` : '');
    all.failed.hidden = !body.images;
    if (body.images)
      all.failed.update(count(body.images.failed),
                        `of ${count(body.images.settled)} images`);
    all.cpu.hidden = body.rate.cpu === undefined;
    all.cpu.update(percent(body.rate.cpu / (body.cores || 1)),
                   body.cores ? `of the head's ${plural(body.cores, 'core')}` : '');
    all.saved.update(percent(body.bytes.saved_ratio),
                     `${bytes(body.bytes.in)} → ${bytes(body.bytes.out)}`);
    all.nodes.update(count(body.node_count), body.version ? `version ${body.version}` : '');
  }};
}

function history(view, place) {
  const parts = charts.map(([title, unit, lines]) => {
    const chart = lineChart(title, lines.map(([, name, tone]) => ({name, tone})),
                            unit, view.signal);
    return {node: card(title, {
      note: lines.length > 1 && h('span', {class: 'keys-of-chart'}, lines.map(
        ([, name, tone]) => h('span', {}, h('i', {class: `dot tone${tone}`}), name)))},
      chart), chart, metrics: lines.map(([metric]) => metric)};
  });
  let chosen = view.query.span ?? '15m';
  const grid = h('div', {class: 'charts'}, parts.map(({node}) => node));
  const bar = h('div', {class: 'section-head'}, h('h2', {}, 'History'),
                tabs('Span', spans, chosen, (next) => {
                  chosen = next;
                  view.remember({span: next});
                  look().catch(() => {});
                }));
  fill(place, bar, grid);
  async function look() {
    const to = Math.floor(Date.now() / 1000);
    const from = to - seconds[chosen];
    await Promise.all(parts.map(async ({chart, metrics}) => {
      const all = await Promise.all(metrics.map((metric) => get(url(
        '/v1/history', {metric, from, to, points: 200}), view.signal)));
      chart.update(all.map((body) => body.points));
    }));
  }
  return look;
}

export const overview = {
  title: 'Overview',
  open(view) {
    const top = h('div', {class: 'stack'});
    const past = h('div', {class: 'stack'});
    const list = jobTable({caption: 'Latest jobs', nothing: empty(
      'jobs', 'No jobs yet', 'Give Pixmill a sheet of products with the URLs of '
      + 'their images; it hands the sheet back with lighter ones.',
      linkButton('Submit a sheet', '#/submit', {kind: 'primary', picture: 'submit'}))});
    const latest = card('Latest jobs', {actions: linkButton('All jobs', '#/jobs',
                                                            {kind: 'quiet'})}, list);
    fill(view.root, h('div', {class: 'stack'}, top, latest, past));
    view.drawn = true;
    const shown = figures();
    const neckPlace = h('div', {class: 'necks'});
    view.poll(3_000, () => '/v1/overview', (body) => {
      if (!neckPlace.isConnected) fill(top, neckPlace, tiles(...Object.values(shown.all)));
      shown.take(body);
      fill(neckPlace, bottleneck(body.bottleneck), pipeline(body));
    }, {failed: (reason) => part(view, top, reason, 'The summary')});
    view.poll(3_000, () => '/v1/jobs?limit=6', (body) => list.update(body.jobs),
              {stamp: false, failed: (reason) => (reason.status === 403
                ? fill(latest, wrong(reason)) : view.failed(reason))});
    const look = history(view, past);
    every(10_000, look, {
      signal: view.signal, failed: (reason) => part(view, past, reason, 'History')});
  },
};

/** One part cannot be had; the others can. */
function part(view, place, reason, what) {
  if (reason.missing || reason.status === 403)
    fill(place, card(what, {}, wrong(reason)));
  else view.failed(reason);
}
