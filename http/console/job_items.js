// The images of a job, page by page.

import {h, fill} from './dom.js';
import {get, url} from './api.js';
import {every} from './live.js';
import {bytes, none, saved, span, tail} from './format.js';
import {badge, empty, filterBox, pager, select} from './ui.js';
import {table} from './table.js';
import {compare} from './compare.js';
import {isEnded} from './job_actions.js';

const states = [['', 'All'], ['done', 'Compressed'], ['kept_original', 'Kept'],
                ['failed', 'Failed'], ['active', 'Under way'],
                ['pending', 'Waiting'], ['skipped', 'Skipped'],
                ['canceled', 'Canceled']];

function nameOf(item) {
  const {host, name} = tail(item.url);
  return [h('span', {class: 'strong clip', title: item.url ?? ''}, name),
          h('span', {class: 'sub clip'}, host)];
}

function columns() {
  return [
    {title: 'Row', kind: 'number', cell: (item) => `${item.row}.${item.slot + 1}`},
    {title: 'Image', kind: 'wide', opens: true, cell: nameOf},
    {title: 'State', cell: (item) => [
      badge(item.state),
      item.error && h('span', {class: 'sub mono'}, item.error.code),
      item.warnings.length > 0 && h('span', {class: 'sub'},
                                    item.warnings.join(', ').replaceAll('_', ' '))]},
    {title: 'Before', kind: 'number', cell: (item) => bytes(item.bytes_in)},
    {title: 'After', kind: 'number', cell: (item) => bytes(item.bytes_out)},
    {title: 'Saved', kind: 'number', cell: (item) =>
      saved(item.bytes_in, item.bytes_out)},
    {title: 'SSIM', kind: 'number', cell: (item) =>
      item.ssim ? item.ssim.toFixed(3) : none},
    {title: 'Took', kind: 'number', cell: (item) =>
      item.milliseconds ? span(item.milliseconds / 1000) : none},
    {title: 'Tries', kind: 'number', cell: (item) => item.attempts || none},
  ];
}

export function itemsPart(view, jobOf, part, query) {
  const cut = new AbortController();
  const id = jobOf().id;
  const list = table(columns(), {
    key: (item) => item.id, caption: 'Images of this job',
    open: (item) => compare(id, item),
    nothing: empty('search', 'No image fits', 'Take the filters back to see all.')});
  const pages = pager(() => look());
  const change = (next) => {
    view.remember(next);
    pages.reset();
    look();
  };
  const chips = h('div', {class: 'chips'});
  const bar = h('div', {class: 'toolbar'},
                filterBox('Filter by host', (host) => change({host}),
                          query.host ?? ''),
                select('State', states, query.status ?? '',
                       (status) => change({status})), chips);
  const drawChips = () => fill(chips, query.code && h(
    'button', {type: 'button', class: 'chip', 'aria-label': `No longer only ${query.code}`,
               on: {click: () => change({code: ''})}},
    h('span', {class: 'mono'}, query.code), ' ×'));
  fill(part, bar, list, pages);
  async function look() {
    drawChips();
    const body = await get(url(`/v1/jobs/${id}/items`, {
      limit: 50, cursor: pages.cursor, status: query.status, code: query.code,
      host: query.host}), view.signal);
    if (cut.signal.aborted) return;
    list.update(body.items);
    pages.update(body.next_cursor);
  }
  const failed = (reason) => {
    if (!cut.signal.aborted) view.failed(reason, list);
  };
  let settled = false;
  const signal = AbortSignal.any
    ? AbortSignal.any([cut.signal, view.signal]) : cut.signal;
  every(3_000, async () => {
    if (settled) return;
    const ended = isEnded(jobOf());
    await look();
    settled = ended;
  }, {signal, failed});
  return {abort: () => cut.abort(),
          look: () => { settled = false; look().catch(failed); }};
}
