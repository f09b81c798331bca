// What failed, over all jobs, by cause; a group can be retried at once.

import {h, fill, outside} from './dom.js';
import {get, url} from './api.js';
import {ago, count, plural, short} from './format.js';
import {badge, button, complain, dialog, empty, filterBox, pager, select} from './ui.js';
import {table} from './table.js';
import {askRetry, isEnded} from './job_actions.js';
import {pollAgain} from './jobs.js';

async function retry(group, then) {
  try {
    const job = await get(`/v1/jobs/${group.job}`);
    if (!isEnded(job)) {
      complain(new Error('The job is still running: it can be retried when it has ended.'));
      return;
    }
    askRetry(job, {codes: [group.code], hosts: group.host ? [group.host] : [],
                   images: group.count}, then);
  } catch (reason) {
    complain(reason);
  }
}

function open(group, then) {
  const sample = group.sample ?? {};
  const box = dialog(`${group.code} at ${group.host || 'no host'}`, {wide: true},
    h('p', {class: 'line'}, badge(group.transient ? 'transient' : 'permanent',
                                  group.transient ? 'calm' : 'bad'),
      h('span', {class: 'soft'}, `${plural(group.count, 'image')}, last ${ago(group.last_at)}`)),
    h('h3', {}, 'One of them'),
    h('dl', {class: 'facts'},
      h('div', {}, h('dt', {}, 'URL'), h('dd', {}, sample.url ? outside(sample.url) : '–')),
      h('div', {}, h('dt', {}, 'Place'), h('dd', {}, `row ${sample.row}, image ${sample.slot + 1}`)),
      h('div', {}, h('dt', {}, 'What was said'), h('dd', {}, sample.detail || '–')),
      h('div', {}, h('dt', {}, 'Job'), h('dd', {}, h('a', {
        href: `#/jobs/${group.job}?part=items&code=${encodeURIComponent(group.code)}`
              + `&host=${encodeURIComponent(group.host ?? '')}`,
        on: {click: () => box.close()}}, group.job)))),
    h('footer', {}, button('Retry this group', {
      kind: 'primary', picture: 'retry', on: () => { box.close(); retry(group, then); }})));
}

export const errors = {
  title: 'Errors',
  open(view) {
    let turn = () => {};
    const pages = pager(() => turn());
    const note = h('span', {class: 'note', role: 'status'});
    const list = table([
      {title: 'Cause', kind: 'wide', opens: true, cell: (one) => [
        h('span', {class: 'mono strong'}, one.code),
        h('span', {class: 'sub'}, one.host || 'no host')]},
      {title: 'Images', kind: 'number', cell: (one) => count(one.count)},
      {title: 'Kind', cell: (one) => badge(one.transient ? 'transient' : 'permanent',
                                           one.transient ? 'calm' : 'bad')},
      {title: 'Job', cell: (one) => h('a', {href: `#/jobs/${one.job}`, class: 'mono',
                                            title: one.job}, short(one.job))},
      {title: 'One of them', kind: 'wide', cell: (one) => [
        h('span', {class: 'clip'}, one.sample?.detail ?? ''),
        h('span', {class: 'sub clip', title: one.sample?.url ?? ''}, one.sample?.url ?? '')]},
      {title: 'Last', kind: 'number', cell: (one) => ago(one.last_at)},
      {title: '', cell: (one) => button('Retry', {
        kind: 'small', picture: 'retry', 'data-focus': 'retry',
        'aria-label': `Retry ${one.code} at ${one.host}`, on: () => retry(one, turn)})},
    ], {key: (one) => `${one.job} ${one.code} ${one.host}`, caption: 'Failed images by cause',
        open: (one) => open(one, turn),
        nothing: empty('check', 'Nothing has failed', 'Failed images stand here by code, host and job.')});
    const change = (query) => {
      view.remember(query);
      pages.reset();
      turn();
    };
    const bar = h('div', {class: 'toolbar'},
                  filterBox('Filter by host', (host) => change({host}), view.query.host ?? ''),
                  select('Code', [['', 'All codes'], ...['dns', 'connect', 'tls', 'timeout',
                    'http_404', 'http_403', 'http_500', 'http_503', 'rate_limited',
                    'address_blocked', 'too_large', 'truncated', 'not_an_image', 'decode',
                    'deadline'].map((code) => [code, code])], view.query.code ?? '',
                    (code) => change({code})), note);
    turn = pollAgain(view, 5_000, () => url('/v1/errors', {
      cursor: pages.cursor, code: view.query.code, host: view.query.host,
      job: view.query.job}), (body) => {
      if (!list.isConnected) fill(view.root, bar, list, pages);
      list.update(body.groups);
      pages.update(body.next_cursor);
      note.textContent = body.total ? `${plural(body.total, 'image')} in ${
        plural(body.groups.length, 'group')}` : '';
    });
  },
};
