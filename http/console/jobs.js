// All jobs, newest first.

import {h, fill} from './dom.js';
import {url} from './api.js';
import {ago, bytes, count, percent, plural, decimal} from './format.js';
import {badge, empty, filterBox, linkButton, pager, progressBar, select,
        settledOf} from './ui.js';
import {table} from './table.js';

const states = [['', 'All states'], ['running', 'Running'], ['queued', 'Queued'],
                ['paused', 'Paused'], ['completed', 'Completed'],
                ['completed_with_errors', 'With errors'], ['failed', 'Failed'],
                ['canceled', 'Canceled']];

function progressOf(job) {
  const bar = progressBar();
  bar.update(job.progress);
  return h('div', {class: 'cell-bar'}, bar,
           h('span', {class: 'soft'},
             `${count(settledOf(job.progress))} of ${count(job.progress.total)}`));
}

export function jobTable({caption = 'Jobs', nothing} = {}) {
  return table([
    {title: 'Job', kind: 'wide', cell: (job) => [
      h('a', {href: `#/jobs/${job.id}`, tabindex: '-1', class: 'strong'},
        job.name || 'Without a name'),
      h('span', {class: 'sub mono'}, job.id)]},
    {title: 'State', cell: (job) => badge(job.state)},
    {title: 'Progress', kind: 'bar-cell', cell: progressOf},
    {title: 'Failed', kind: 'number', cell: (job) => h(
      'span', {class: job.progress.failed ? 'bad-text' : 'soft'},
      count(job.progress.failed))},
    {title: 'Images/s', kind: 'number', cell: (job) =>
      job.rate.images_per_s ? decimal(job.rate.images_per_s) : '–'},
    {title: 'Saved', kind: 'number', cell: (job) => job.bytes.in
      ? [percent(job.bytes.saved_ratio),
         h('span', {class: 'sub'}, bytes(job.bytes.in - job.bytes.out))] : '–'},
    {title: 'Created', kind: 'number', cell: (job) => h(
      'time', {datetime: job.created_at, title: job.created_at},
      ago(job.created_at))},
  ], {key: (job) => job.id, caption,
      open: (job) => { location.hash = `#/jobs/${job.id}`; }, nothing});
}

export const jobs = {
  title: 'Jobs',
  open(view) {
    const list = jobTable({nothing: empty(
      'jobs', 'No jobs here',
      'A job is one sheet of products with the URLs of their images.',
      linkButton('Submit a sheet', '#/submit', {kind: 'primary', picture: 'submit'}))});
    const note = h('span', {class: 'note', role: 'status'});
    let turn = () => {};
    const pages = pager(() => turn());
    const change = (query) => {
      view.remember(query);
      pages.reset();
      turn();
    };
    const bar = h('div', {class: 'toolbar'},
                  filterBox('Filter by name', (name) => change({name}),
                            view.query.name ?? ''),
                  select('State', states, view.query.state ?? '',
                         (state) => change({state})),
                  note, linkButton('Submit a sheet', '#/submit',
                                   {kind: 'primary', picture: 'submit'}));
    const show = (page) => {
      if (!list.isConnected) fill(view.root, bar, list, pages);
      list.update(page.jobs);
      pages.update(page.next_cursor);
      note.textContent = plural(page.jobs.length, 'job')
        + (page.next_cursor || pages.cursor ? ' on this page' : '');
    };
    const path = () => url('/v1/jobs', {
      limit: 25, cursor: pages.cursor, state: view.query.state,
      name: view.query.name});
    turn = pollAgain(view, 2_000, path, show);
    view.keys = {n: {what: 'Submit a sheet', act: () => {
      location.hash = '#/submit';
    }}};
  },
};

/** Polls, and at once when the returned function is called. */
export function pollAgain(view, ms, path, show) {
  let inner = null;
  const begin = () => {
    inner?.abort();
    inner = new AbortController();
    const signal = AbortSignal.any
      ? AbortSignal.any([inner.signal, view.signal]) : view.signal;
    const mine = inner;
    const part = Object.create(view, {signal: {value: signal}});
    part.poll(ms, path, (body) => {
      if (!mine.signal.aborted) show(body);
      view.drawn = true;
    });
  };
  begin();
  return begin;
}
