// The products of a job: the rows of its sheet with the states of their images.

import {h, fill} from './dom.js';
import {get, url} from './api.js';
import {count} from './format.js';
import {empty, pager} from './ui.js';
import {table} from './table.js';
import {compare} from './compare.js';

const tone = {done: 'done', kept_original: 'kept_original', failed: 'failed',
              skipped: 'skipped', canceled: 'canceled', pending: 'pending'};

async function openItem(job, id, view) {
  compare(job, await get(`/v1/jobs/${job}/items/${id}`, view.signal));
}

export function rowsPart(view, jobOf, part) {
  const cut = new AbortController();
  const id = jobOf().id;
  const list = table([
    {title: 'Row', kind: 'number', cell: (row) => count(row.row)},
    {title: 'Serial', cell: (row) => row.serial},
    {title: 'Product', kind: 'wide', cell: (row) =>
      h('span', {class: 'strong'}, row.name || '–')},
    {title: 'Line', kind: 'number', cell: (row) => count(row.line)},
    {title: 'Images', kind: 'wide', cell: (row) => h(
      'div', {class: 'squares'}, row.items.slice(0, 60).map((item) => h(
        'button', {type: 'button', class: `square ${tone[item.state] ?? 'active'}`,
                   'data-focus': item.id, title: item.state.replaceAll('_', ' '),
                   'aria-label': `Image ${item.slot + 1}: ${item.state}`,
                   on: {click: () => openItem(id, item.id, view)}})),
      row.items.length > 60 && h('span', {class: 'soft'},
                                 `and ${count(row.items.length - 60)} more`))},
  ], {key: (row) => String(row.row), caption: 'Products of this job',
      nothing: empty('empty', 'No products')});
  const pages = pager(() => look());
  fill(part, list, pages);
  async function look() {
    try {
      const body = await get(url(`/v1/jobs/${id}/rows`, {
        limit: 50, cursor: pages.cursor}), view.signal);
      if (cut.signal.aborted) return;
      list.update(body.rows);
      pages.update(body.next_cursor);
    } catch (reason) {
      if (!cut.signal.aborted) view.failed(reason, list);
    }
  }
  look();
  return {abort: () => cut.abort(), look};
}
