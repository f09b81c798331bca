// One job: how far it is, what failed and why, and its images.

import {h, fill} from './dom.js';
import {events, get, post, remove, download, Problem} from './api.js';
import {bytes, count, decimal, moment, none, percent, plural, span, words} from
  './format.js';
import {badge, button, card, complain, confirm, notice, progressBar, settledOf,
        tabs, tile, tiles, toast} from './ui.js';
import {lineChart} from './charts.js';
import {itemsPart} from './job_items.js';
import {rowsPart} from './job_rows.js';
import {deliveryTable} from './deliveries.js';
import {takeWarnings} from './submit_errors.js';

const ended = ['completed', 'completed_with_errors', 'failed', 'canceled'];

export function isEnded(job) {
  return ended.includes(job.state);
}

function named(job) {
  return job.name ? `“${job.name}”` : job.id;
}

/** Asks the job to do something. */
export function steer(job, verb, body) {
  return post(`/v1/jobs/${job.id}/${verb}`, body);
}

function askCancel(job) {
  const open = job.progress.active + job.progress.pending;
  confirm({
    title: 'Cancel this job?', verb: 'Cancel the job',
    hits: h('p', {}, `${named(job)} ends now. `,
            h('b', {}, plural(open, 'image')),
            ' that are not finished will not be; what is finished stays.'),
    act: async () => { await steer(job, 'cancel'); toast('The job is canceled'); },
  });
}

function askDelete(job) {
  confirm({
    title: 'Delete this job?', verb: 'Delete the job',
    hits: h('p', {}, `${named(job)} with `, h('b', {}, plural(job.progress.total, 'image')),
            ', its results, and every stored file that no other job has. ',
            'This cannot be taken back.'),
    act: async () => {
      await remove(`/v1/jobs/${job.id}`);
      toast('The job is deleted');
      location.hash = '#/jobs';
    },
  });
}

/** Retries what failed, all of it or a group; says first how much that is. */
export function askRetry(job, {codes = [], hosts = [], images}, then = () => {}) {
  const what = [codes.length && `with ${codes.join(', ')}`,
                hosts.length && `at ${hosts.join(', ')}`].filter(Boolean).join(' ');
  confirm({
    title: 'Retry failed images?', verb: 'Retry', danger: false,
    hits: h('p', {}, h('b', {}, plural(images, 'image')), ` of ${named(job)}`,
            what ? ` that failed ${what}` : ' that failed',
            ' will be fetched and compressed again.'),
    act: async () => {
      await steer(job, 'retry', {codes, hosts});
      toast('Under way again');
      then();
    },
  });
}

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

function downloads(job) {
  const menu = h('details', {class: 'menu-box'},
                 h('summary', {class: 'button'}, 'Download'),
                 h('ul', {}, [
                   ['results.csv', 'The sheet with output URLs'],
                   ['results.csv?report=full', 'The sheet with a full report'],
                   ['results.jsonl', 'One object an image'],
                   ['results.zip', 'Images and sheet'],
                   ['failed.csv', 'What failed, to submit again'],
                 ].map(([path, text]) => h('li', {}, h('button', {
                   type: 'button', on: {click: () => {
                     menu.open = false;
                     const partial = isEnded(job) ? ''
                       : `${path.includes('?') ? '&' : '?'}partial=true`;
                     download(`/v1/jobs/${job.id}/${path}${partial}`,
                              path.split('?')[0]).catch(complain);
                   }}}, h('b', {}, path.split('?')[0]), h('span', {}, text))))));
  menu.addEventListener('focusout', (event) => {
    if (!menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}

function actionsOf(job, after) {
  const act = (verb, text) => async () => {
    try {
      after(await steer(job, verb));
      toast(text);
    } catch (reason) {
      complain(reason);
    }
  };
  return [
    job.state === 'running' || job.state === 'queued' ? button('Pause', {
      picture: 'pause', 'data-focus': 'pause', on: act('pause', 'Paused')}) : null,
    job.state === 'paused' ? button('Resume', {
      picture: 'play', kind: 'primary', 'data-focus': 'pause',
      on: act('resume', 'Running again')}) : null,
    !isEnded(job) ? button('Cancel', {
      picture: 'stop', 'data-focus': 'cancel', on: () => askCancel(job)}) : null,
    isEnded(job) ? button('Delete', {
      picture: 'trash', 'data-focus': 'delete', on: () => askDelete(job)}) : null,
  ];
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

function draw(view, id) {
  const head = h('div', {class: 'job-head'});
  const bar = progressBar({legend: true});
  const figures = {
    images: tile('Settled'), rate: tile('Images per second'),
    left: tile('Time left'), saved: tile('Saved'), size: tile('Bytes'),
  };
  const chart = lineChart('Images per second while this page is open',
                          [{name: 'images/s', tone: '--accent'}], decimal,
                          view.signal);
  const pace = new Pace();
  const failures = h('div', {class: 'failures'});
  const chartCard = card('Pace', {note: 'since this page was opened'}, chart);
  const part = h('div', {class: 'part', role: 'tabpanel'});
  const downloadMenu = {node: null, ended: null};
  let job = null, items = null, drawnFailures = '';

  const parts = {
    items: (query) => itemsPart(view, () => job, part, query),
    rows: () => rowsPart(view, () => job, part),
    deliveries: () => deliveriesPart(view, id, part),
  };
  const choose = (name, query) => {
    items?.abort();
    view.remember({part: name, ...query});
    items = parts[name](view.query);
  };
  const bars = tabs('Parts of the job', [['items', 'Images'], ['rows', 'Products'],
                                         ['deliveries', 'Webhooks']],
                    view.query.part ?? 'items', (name) => choose(name));
  const chooseCode = (code) => {
    bars.mark('items');
    choose('items', {code, status: '', host: ''});
    part.scrollIntoView({block: 'start'});
  };
  const retry = (what) => askRetry(job, what, () => begin());

  function drawHead() {
    if (!downloadMenu.node || downloadMenu.ended !== isEnded(job)) {
      downloadMenu.node = downloads(job);
      downloadMenu.ended = isEnded(job);
    }
    fill(head, h('div', {class: 'job-name'}, badge(job.state),
                 h('span', {class: 'mono soft'}, job.id),
                 job.attempt > 1 && h('span', {class: 'soft'}, `attempt ${job.attempt}`),
                 h('span', {class: 'soft'}, plural(job.rows, 'product'), ', ',
                   plural(job.images.total, 'image'),
                   job.images.unique < job.images.total
                     ? `, ${count(job.images.unique)} different` : '')),
         h('div', {class: 'actions'}, actionsOf(job, take), downloadMenu.node),
         job.error && notice('bad', h('b', {}, words(job.error.code)), ' ',
                             job.error.detail));
  }

  function drawFigures() {
    const {progress: p, bytes: b} = job;
    figures.images.update(
      `${count(settledOf(p))}`, `of ${count(p.total)}`);
    figures.rate.update(job.rate.images_per_s ? decimal(job.rate.images_per_s) : none,
                        isEnded(job) ? 'from start to end' : 'since the start');
    const took = job.started_at && (Date.parse(job.finished_at ?? new Date())
                                    - Date.parse(job.started_at)) / 1000;
    if (isEnded(job)) figures.left.querySelector('dt').textContent = 'Took';
    else figures.left.querySelector('dt').textContent = 'Time left';
    figures.left.update(isEnded(job) ? span(took) : span(job.eta_s),
                        isEnded(job) ? `ended ${moment(job.finished_at)}`
                                     : `started ${moment(job.started_at)}`);
    figures.saved.update(b.in ? percent(b.saved_ratio) : none,
                         b.in ? bytes(b.in - b.out) : '');
    figures.size.update(bytes(b.out), `from ${bytes(b.in)}`);
    bar.update(p);
  }

  let headTold = '';
  function take(next) {
    const first = job === null;
    const was = job?.state;
    job = next;
    if (first) {
      const warnings = takeWarnings(id);
      fill(view.root, h('div', {class: 'stack'}, head, warnings,
           card('', {className: 'hero'}, bar, tiles(...Object.values(figures))),
           h('div', {class: 'two'}, failures, chartCard), bars, part));
      view.drawn = true;
    }
    view.title(job.name || 'Job');
    const told = JSON.stringify([job.state, job.attempt, job.error, job.rows]);
    if (told !== headTold) drawHead();
    headTold = told;
    drawFigures();
    const cause = JSON.stringify([job.failures, job.state]);
    if (cause !== drawnFailures) {
      fill(failures, failuresCard(job, {choose: chooseCode, retry}));
      failures.hidden = !failures.firstChild;
      drawnFailures = cause;
    }
    pace.take(job);
    // A job that had ended before has no pace to show.
    if (first) chartCard.hidden = isEnded(job);
    if (!chartCard.hidden) chart.update([pace.points]);
    if (first) choose(view.query.part ?? 'items');
    else if (was !== job.state) items?.look();
    view.stamp({scope: 'now'});
  }

  function begin() {
    view.stream(async (signal) => {
      take(await get(`/v1/jobs/${id}`, signal));
      if (isEnded(job)) return false;
      try {
        await events(`/v1/jobs/${id}/events?items=false`, (name, body) => {
          if (!signal.aborted && name !== 'item') take(body);
        }, signal);
      } catch (reason) {
        // All streams are taken: asking goes as well.
        if (!(reason instanceof Problem) || reason.status !== 503) throw reason;
      }
      return !isEnded(job);
    }, (reason) => view.failed(reason));
  }
  begin();
  view.keys = {
    r: {what: 'Retry what failed', act: () => {
      if (job && isEnded(job) && job.progress.failed)
        retry({images: job.progress.failed});
    }},
    u: {what: 'Back to all jobs', act: () => { location.hash = '#/jobs'; }},
  };
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

export const job = {
  title: 'Job',
  open(view) {
    draw(view, view.args[0]);
  },
};
