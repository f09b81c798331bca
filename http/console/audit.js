// Who did what: the log that outlasts restarts.

import {h, fill} from './dom.js';
import {url} from './api.js';
import {moment} from './format.js';
import {empty, filterBox, pager} from './ui.js';
import {table} from './table.js';
import {pollAgain} from './jobs.js';

export const audit = {
  title: 'Audit',
  open(view) {
    let turn = () => {}, shown = [], filter = '';
    const pages = pager(() => turn());
    const list = table([
      {title: 'When', cell: (one) => h('time', {datetime: one.at, title: one.at}, moment(one.at))},
      {title: 'Who', cell: (one) => [h('span', {class: 'strong'}, one.who),
                                     h('span', {class: 'sub mono'}, one.address)]},
      {title: 'What', cell: (one) => h('span', {class: 'mono'}, one.what)},
      {title: 'Target', kind: 'wide', cell: (one) => h('span', {class: 'mono'}, one.target)},
      {title: 'Effect', kind: 'wide', cell: (one) => one.effect},
      {title: 'Request', cell: (one) => h('span', {class: 'mono soft'}, one.request_id)},
    ], {key: (one) => one.id, caption: 'Audit log',
        nothing: empty('audit', 'Nothing was done yet',
                       'Kills, cancels, drains and the like stand here, with who did them.')});
    const draw = () => list.update(shown.filter((one) => Object.values(one).join(' ')
      .toLowerCase().includes(filter)));
    const bar = h('div', {class: 'toolbar'}, filterBox('Filter this page', (text) => {
      filter = text.toLowerCase();
      draw();
    }));
    turn = pollAgain(view, 10_000, () => url('/v1/audit', {limit: 100, cursor: pages.cursor}),
      (body) => {
        if (!list.isConnected) fill(view.root, bar, list, pages);
        shown = body.entries;
        draw();
        pages.update(body.next_cursor);
      });
  },
};
