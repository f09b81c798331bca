// Webhooks: what was sent where, what came of it, and sending it again.

import {h, fill} from './dom.js';
import {post, url} from './api.js';
import {ago, moment, none, short, span} from './format.js';
import {badge, button, complain, dialog, empty, pager, select, toast} from './ui.js';
import {table} from './table.js';
import {pollAgain} from './jobs.js';

const states = [['', 'All states'], ['pending', 'Pending'], ['delivered', 'Delivered'],
                ['failed', 'Failed'], ['disabled', 'Disabled']];

async function replay(delivery, then) {
  try {
    await post(`/v1/deliveries/${delivery.id}/replay`);
    toast('It is sent once more');
    then();
  } catch (reason) {
    complain(reason);
  }
}

function outcome(attempt) {
  if (!attempt) return none;
  return attempt.status ? `HTTP ${attempt.status}` : attempt.error?.code ?? none;
}

function open(delivery, then) {
  const box = dialog(delivery.type, {wide: true},
    h('p', {class: 'line'}, badge(delivery.state), h('span', {class: 'mono soft'}, delivery.id)),
    h('dl', {class: 'facts'},
      h('div', {}, h('dt', {}, 'To'), h('dd', {class: 'mono'}, delivery.url)),
      h('div', {}, h('dt', {}, 'Job'), h('dd', {}, h('a', {
        href: `#/jobs/${delivery.job}`, on: {click: () => box.close()}}, delivery.job))),
      h('div', {}, h('dt', {}, 'Payload'), h('dd', {}, delivery.payload)),
      delivery.next_attempt_at && h('div', {}, h('dt', {}, 'Next attempt'),
                                    h('dd', {}, moment(delivery.next_attempt_at)))),
    h('h3', {}, 'Attempts'),
    delivery.attempts.length === 0 ? h('p', {class: 'note'}, 'None so far.')
      : h('ol', {class: 'events'}, delivery.attempts.map((one) => h('li', {},
          h('time', {datetime: one.at}, moment(one.at)), h('b', {}, outcome(one)),
          h('span', {class: 'soft'}, one.error?.detail ?? ''),
          h('span', {class: 'soft'}, span(one.duration_ms / 1000))))),
    h('footer', {}, button('Send again', {kind: 'primary', picture: 'retry', on: () => {
      box.close();
      replay(delivery, then);
    }})));
}

export function deliveryTable({withJob = true, again}) {
  return table([
    {title: 'Event', kind: 'wide', opens: true, cell: (one) => [
      h('span', {class: 'strong'}, one.type), h('span', {class: 'sub mono', title: one.id}, short(one.id))]},
    {title: 'State', cell: (one) => badge(one.state)},
    {title: 'To', kind: 'wide', cell: (one) => h('span', {class: 'clip', title: one.url}, one.url)},
    withJob && {title: 'Job', cell: (one) => h('a', {
      href: `#/jobs/${one.job}`, class: 'mono', title: one.job}, short(one.job))},
    {title: 'Attempts', kind: 'number', cell: (one) => one.attempts.length},
    {title: 'Last answer', cell: (one) => outcome(one.attempts.at(-1))},
    {title: 'Created', kind: 'number', cell: (one) => ago(one.created_at)},
    {title: '', cell: (one) => button('Replay', {kind: 'small', 'data-focus': 'replay',
      'aria-label': `Replay ${one.id}`, on: () => replay(one, again)})},
  ].filter(Boolean), {key: (one) => one.id, caption: 'Deliveries',
                      open: (one) => open(one, again),
                      nothing: empty('deliveries', 'No deliveries',
                        'A job with a webhook leaves one when it ends.')});
}

export const deliveries = {
  title: 'Deliveries',
  open(view) {
    let turn = () => {};
    const pages = pager(() => turn());
    const list = deliveryTable({again: () => turn()});
    const bar = h('div', {class: 'toolbar'},
                  select('State', states, view.query.state ?? '', (state) => {
                    view.remember({state});
                    pages.reset();
                    turn();
                  }, {'data-filter': ''}));
    turn = pollAgain(view, 5_000, () => url('/v1/deliveries', {
      state: view.query.state, cursor: pages.cursor}), (body) => {
      if (!list.isConnected) fill(view.root, bar, list, pages);
      list.update(body.deliveries);
      pages.update(body.next_cursor);
    });
  },
};
