// One job: how far it is, what failed and why, and its images.

import {h, fill} from './dom.js';
import {events, get, Problem} from './api.js';
import {bytes, count, decimal, moment, none, percent, plural, span, words} from
  './format.js';
import {badge, button, card, notice, progressBar, settledOf, tabs, tile, tiles} from
  './ui.js';
import {lineChart} from './charts.js';
import {actionsOf, askRetry, downloads, isEnded} from './job_actions.js';
import {itemsPart} from './job_items.js';
import {rowsPart} from './job_rows.js';
import {deliveryTable} from './deliveries.js';
import {takeWarnings} from './submit_errors.js';

function failuresCard(job, {choose, retry}) {
  const all = Object.entries(job.failures).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return null;
  const most = all[0][1];
  return card('Failures by cause', {
    actions: isEnded(job) && button(`Retry all ${count(job.progress.failed)}`, {
      picture: 'retry', 'data-focus': 'retry-all',
      on: () => retry({images: job.progress.failed})}),
  }, h('ul', {class: 'causes'}, all.map(([code, n]) => h(
    'li', {},
    h('button', {type: 'button', class: 'cause', 'data-focus': `cause-${code}`,
                 title: 'Show these images', on: {click: () => choose(code)}},
      h('span', {class: 'mono'}, code), h('span', {class: 'measure'}, h(
        'i', {vars: {part: n / most}})), h('b', {}, count(n))),
    isEnded(job) && button('Retry', {
      kind: 'small', 'data-focus': `retry-${code}`, 'aria-label': `Retry ${code}`,
      on: () => retry({codes: [code], images: n})})))));
}

/** How fast the job is, from the counts that come in. */
class Pace {
  constructor() { this.points = []; this.last = null; }
  take(job) {
    const now = Date.now() / 1000;
    const done = settledOf(job.progress);
    if (this.last && now - this.last.at < 0.9) return;
    if (this.last && now > this.last.at && done >= this.last.done)
      this.points.push([now, (done - this.last.done) / (now - this.last.at)]);
    this.last = {at: now, done};
    if (this.points.length > 300) this.points.shift();
  }
}

function deliveriesPart(view, id, part) {
  const cut = new AbortController();
  const list = deliveryTable({withJob: false, again: () => look()});
  const look = async () => {
    try {
      const body = await get(`/v1/jobs/${id}/deliveries?limit=100`, view.signal);
      if (cut.signal.aborted) return;
      if (!list.isConnected) fill(part, list);
      list.update(body.deliveries);
    } catch (reason) {
      if (!cut.signal.aborted) view.failed(reason, part);
    }
  };
  look();
  return {abort: () => cut.abort(), look};
}

class JobScreen {
  constructor(view, id) {
    this.view = view;
    this.id = id;
    this.job = null;
    this.items = null; // The part that is shown.
    this.told = {head: '', failures: ''};
    this.pace = new Pace();
    this.head = h('div', {class: 'job-head'});
    this.bar = progressBar({legend: true});
    this.figures = {
      images: tile('Settled'), rate: tile('Images per second'),
      left: tile('Time left'), saved: tile('Saved'), size: tile('Bytes'),
    };
    this.chart = lineChart('Images per second while this page is open',
                           [{name: 'images/s', tone: '--accent'}], decimal,
                           view.signal);
    this.chartCard = card('Pace', {note: 'since this page was opened'}, this.chart);
    this.failures = h('div', {class: 'failures'});
    this.part = h('div', {class: 'part', role: 'tabpanel', 'aria-label': 'Part of the job'});
    this.bars = tabs('Parts of the job', [['items', 'Images'], ['rows', 'Products'],
                                          ['deliveries', 'Webhooks']],
                     view.query.part ?? 'items', (name) => this.choose(name));
  }

  /** Shows a part of the job. */
  choose(name, query) {
    this.items?.abort();
    this.view.remember({part: name, ...query});
    this.items = {
      items: () => itemsPart(this.view, () => this.job, this.part, this.view.query),
      rows: () => rowsPart(this.view, () => this.job, this.part),
      deliveries: () => deliveriesPart(this.view, this.id, this.part),
    }[name]();
  }

  chooseCode(code) {
    this.bars.mark('items');
    this.choose('items', {code, status: '', host: ''});
    this.part.scrollIntoView({block: 'start'});
  }

  retry(what) {
    askRetry(this.job, what, () => this.follow());
  }

  retryAll() {
    const {job} = this;
    if (job && isEnded(job) && job.progress.failed)
      this.retry({images: job.progress.failed});
  }

  drawHead() {
    const {job} = this;
    fill(this.head, h('div', {class: 'job-name'}, badge(job.state),
                      h('span', {class: 'mono soft'}, job.id),
                      job.attempt > 1 && h('span', {class: 'soft'}, `attempt ${job.attempt}`),
                      h('span', {class: 'soft'}, plural(job.rows, 'product'), ', ',
                        plural(job.images.total, 'image'),
                        job.images.unique < job.images.total
                          ? `, ${count(job.images.unique)} different` : '')),
         h('div', {class: 'actions'}, actionsOf(job, (next) => this.take(next)),
           downloads(job)),
         job.error && notice('bad', h('b', {}, words(job.error.code)), ' ',
                             job.error.detail));
  }

  drawFigures() {
    const {figures, job} = this;
    const {progress: p, bytes: b} = job;
    const over = isEnded(job);
    figures.images.update(count(settledOf(p)), `of ${count(p.total)}`);
    figures.rate.update(job.rate.images_per_s ? decimal(job.rate.images_per_s) : none,
                        over ? 'from start to end' : 'since the start');
    const took = job.started_at && (Date.parse(job.finished_at ?? new Date())
                                    - Date.parse(job.started_at)) / 1000;
    figures.left.querySelector('dt').textContent = over ? 'Took' : 'Time left';
    figures.left.update(over ? span(took) : span(job.eta_s),
                        over ? `ended ${moment(job.finished_at)}`
                             : `started ${moment(job.started_at)}`);
    figures.saved.update(b.in ? percent(b.saved_ratio) : none,
                         b.in ? bytes(b.in - b.out) : '');
    figures.size.update(bytes(b.out), `from ${bytes(b.in)}`);
    this.bar.update(p);
  }

  drawFailures() {
    const {job} = this;
    fill(this.failures, failuresCard(job, {choose: (code) => this.chooseCode(code),
                                           retry: (what) => this.retry(what)}));
    this.failures.hidden = !this.failures.firstChild;
  }

  begin() {
    fill(this.view.root, h('div', {class: 'stack'}, this.head, takeWarnings(this.id),
         card('', {className: 'hero'}, this.bar, tiles(...Object.values(this.figures))),
         h('div', {class: 'two'}, this.failures, this.chartCard), this.bars, this.part));
    this.view.drawn = true;
    // A job that had ended before has no pace to show.
    this.chartCard.hidden = isEnded(this.job);
  }

  /** Takes in what is known of the job by now. */
  take(job) {
    const was = this.job;
    this.job = job;
    if (!was) this.begin();
    this.view.title(job.name || 'Job');
    const told = {head: JSON.stringify([job.state, job.attempt, job.error]),
                  failures: JSON.stringify([job.state, job.failures])};
    if (told.head !== this.told.head) this.drawHead();
    if (told.failures !== this.told.failures) this.drawFailures();
    this.told = told;
    this.drawFigures();
    this.pace.take(job);
    if (!this.chartCard.hidden) this.chart.update([this.pace.points]);
    if (!was) this.choose(this.view.query.part ?? 'items');
    else if (was.state !== job.state) this.items?.look();
    this.view.stamp({scope: 'now'});
  }

  /** Follows the job until it ends. */
  follow() {
    this.view.stream(async (signal) => {
      this.take(await get(`/v1/jobs/${this.id}`, signal));
      if (isEnded(this.job)) return false;
      try {
        await events(`/v1/jobs/${this.id}/events?items=false`, (name, body) => {
          if (!signal.aborted && name !== 'item') this.take(body);
        }, signal);
      } catch (reason) {
        // All streams are taken: asking goes as well.
        if (!(reason instanceof Problem) || reason.status !== 503) throw reason;
      }
      return !isEnded(this.job);
    }, (reason) => this.view.failed(reason));
  }
}

export const job = {
  title: 'Job',
  open(view) {
    const screen = new JobScreen(view, view.args[0]);
    screen.follow();
    view.keys = {
      r: {what: 'Retry what failed', act: () => screen.retryAll()},
      u: {what: 'Back to all jobs', act: () => { location.hash = '#/jobs'; }},
    };
  },
};
