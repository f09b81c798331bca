// The servers that images come from, and how each fares.

import {h, fill} from './dom.js';
import {count, decimal, none, span} from './format.js';
import {badge, empty, filterBox, silentNodes} from './ui.js';
import {table} from './table.js';

export const origins = {
  title: 'Origins',
  open(view) {
    let shown = [], filter = '';
    const said = h('div', {});
    const list = table([
      {title: 'Origin', kind: 'wide', cell: (one) => [
        h('span', {class: 'strong'}, one.origin),
        one.node && h('span', {class: 'sub'}, `from ${one.node}`)]},
      {title: 'State', cell: (one) => [badge(one.breaker === 'open' ? 'left alone' : 'in use',
                                             one.breaker === 'open' ? 'bad' : 'good'),
        one.retry_after_s > 0 && h('span', {class: 'sub'}, `for ${span(one.retry_after_s)}`)]},
      {title: 'Under way', cell: (one) => h('span', {class: 'gauge'},
        h('span', {class: 'measure'}, h('i', {vars: {part: one.limit ? one.active / one.limit : 0}})),
        h('span', {}, `${count(one.active)} of ${count(one.limit)}`))},
      {title: 'Waiting', kind: 'number', cell: (one) => count(one.waiting)},
      {title: 'Median', kind: 'number', cell: (one) => one.latency_ms?.p50 === undefined
        || one.latency_ms.p50 === null ? none : `${decimal(one.latency_ms.p50)} ms`},
      {title: '99 of 100', kind: 'number', cell: (one) => one.latency_ms?.p99 === undefined
        || one.latency_ms.p99 === null ? none : `${decimal(one.latency_ms.p99)} ms`},
      {title: 'Fetched', kind: 'number', cell: (one) => count(one.done)},
      {title: 'Errors', kind: 'number', cell: (one) => h(
        'span', {class: one.errors ? 'bad-text' : 'soft'}, count(one.errors))},
    ], {key: (one) => `${one.origin} ${one.node ?? ''}`, caption: 'Origins',
        nothing: empty('origins', 'No origins', 'Servers stand here once images are fetched from them.')});
    const draw = () => list.update(shown.filter((one) => `${one.origin} ${one.node ?? ''}`.includes(filter)));
    const bar = h('div', {class: 'toolbar'}, filterBox('Filter', (text) => {
      filter = text.toLowerCase();
      draw();
    }));
    view.poll(2_000, () => '/v1/origins', (body) => {
      if (!list.isConnected) fill(view.root, h('div', {class: 'stack'}, bar, said, list));
      fill(said, silentNodes(body.silent));
      shown = body.origins;
      draw();
    });
  },
};
