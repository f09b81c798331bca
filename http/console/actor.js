// One actor: what it is, what it has done, what it is told. It can be traced,
// and ended.

import {h, fill} from './dom.js';
import {events, post, Problem} from './api.js';
import {bytes, clock, count, decimal, none, percent, span} from './format.js';
import {badge, button, card, confirm, complain, notice, tile, tiles, toast} from './ui.js';
import {actorLink} from './actors.js';
import {table} from './table.js';

const mostShown = 500;
// Those whose work is taken up again.
const killable = ['image', 'row', 'job'];

/** Ends an actor as if it had crashed. The service says first what that hits. */
async function askKill(actor) {
  const path = `/v1/actors/${encodeURIComponent(actor.id)}/kill`;
  let hits = '';
  try {
    await post(path, {});
    return;
  } catch (reason) {
    if (!(reason instanceof Problem) || reason.code !== 'confirmation-needed')
      return complain(reason);
    hits = reason.detail;
  }
  confirm({
    title: `Kill this ${actor.kind}?`, verb: `Kill ${actor.id}`,
    hits: [h('p', {}, h('b', {class: 'mono'}, actor.id), ' ', actor.label),
           h('p', {}, hits)],
    act: async () => {
      const done = await post(path, {confirm: actor.id});
      toast(done?.effect || `${actor.id} is ended`);
    },
  });
}

function probeOf(actor) {
  const {probe} = actor;
  if (!probe) return null;
  return probe.answered
    ? notice('good', `Answered after ${decimal(probe.after_ms)} ms, with ${
      count(probe.mailbox)} messages waiting.`)
    : notice('bad', probe.text);
}

function handlerTable() {
  return table([
    {title: 'Message', kind: 'wide', cell: (one) => h('span', {class: 'mono'}, one.message)},
    {title: 'Count', kind: 'number', cell: (one) => count(one.count)},
    {title: 'Mean', kind: 'number', cell: (one) => `${decimal(one.mean_us)} µs`},
    {title: 'Longest', kind: 'number', cell: (one) => `${decimal(one.max_us)} µs`},
  ], {key: (one) => one.message, caption: 'Messages handled',
      nothing: h('p', {class: 'note pad'}, 'It has handled none.')});
}

function childTable() {
  return table([
    {title: 'Actor', kind: 'wide', cell: (one) => [
      h('span', {}, h('span', {class: `kind ${one.kind}`}, one.kind), ' ', actorLink(one.id)),
      h('span', {class: 'sub clip'}, one.label)]},
    {title: 'State', cell: (one) => badge(one.state)},
    {title: 'Mailbox', kind: 'number', cell: (one) => count(one.mailbox)},
    {title: 'Age', kind: 'number', cell: (one) => span(one.age_s)},
  ], {key: (one) => one.id, caption: 'Children',
      open: (one) => { location.hash = `#/actors/${encodeURIComponent(one.id)}`; },
      nothing: h('p', {class: 'note pad'}, 'It has none.')});
}

/** The messages of an actor, or of all that work for its job, as they go by;
    ends by itself. */
function tracer(view, id) {
  const whole = h('input', {type: 'checkbox'});
  const wide = h('label', {class: 'check', hidden: true}, whole, 'Its whole job');
  const list = h('ol', {class: 'events trace', 'aria-live': 'off', tabindex: '0',
                        'aria-label': 'Messages'});
  const said = h('span', {class: 'note', role: 'status'}, 'Up to 200 messages or 20 s.');
  let cut = null;
  const go = button('Trace', {picture: 'trace', kind: 'small', on: () => toggle()});
  async function toggle() {
    if (cut) return cut.abort();
    cut = new AbortController();
    const {signal} = cut;
    view.signal.addEventListener('abort', () => cut?.abort(), {once: true});
    fill(list);
    go.lastChild.textContent = 'Stop';
    said.textContent = 'Listening …';
    let seen = 0;
    try {
      const begun = await post(`/v1/actors/${encodeURIComponent(id)}/trace`,
                               {limit: 200, seconds: 20, whole_job: whole.checked}, signal);
      await events(begun.links.events, (name, body) => {
        if (name === 'end') {
          said.textContent = `${count(seen)} messages; ended by its ${
            {limit: 'limit', time: 'time', stopped: 'owner'}[body.reason] ?? body.reason}.`;
          return;
        }
        if (name !== 'message') return;
        ++seen;
        list.append(h('li', {}, h('time', {}, clock(body.at)),
                      h('span', {class: 'mono'}, body.what),
                      h('span', {class: 'soft mono'}, `${body.from ?? '?'} → ${body.to ?? '?'}`),
                      h('span', {class: 'soft number'},
                        body.us === null || body.us === undefined ? '' : `${decimal(body.us)} µs`)));
        if (list.children.length > mostShown) list.firstChild.remove();
        said.textContent = `${count(seen)} messages`;
      }, signal);
    } catch (reason) {
      if (signal.aborted) said.textContent = `${count(seen)} messages; stopped.`;
      else fill(said, reason.missing ? 'Traces are not available on this server.'
                                     : reason.detail || reason.message);
    } finally {
      cut = null;
      go.lastChild.textContent = 'Trace';
    }
  }
  return {node: card('Trace', {actions: [said, wide, go]}, list), toggle,
          of: (one) => { wide.hidden = !one.job; }};
}

function stateBadge(one) {
  return badge(one.state, one.state.startsWith('no answer') ? 'bad' : undefined);
}

class ActorScreen {
  constructor(view, id) {
    this.view = view;
    this.id = id;
    this.shown = null;
    this.head = h('div', {class: 'job-head'});
    this.figures = {
      mailbox: tile('Mailbox'), rate: tile('Messages/s'), busy: tile('Busy'),
      messages: tile('Messages'), age: tile('Age'), held: tile('Bytes held'),
    };
    this.probe = h('div', {});
    this.handlers = handlerTable();
    this.children = childTable();
    this.childCard = card('Children', {}, this.children);
    this.past = h('ol', {class: 'events'});
    this.trace = tracer(view, id);
    this.body = h('div', {class: 'stack'}, this.head, this.probe,
      card('', {className: 'hero'}, tiles(...Object.values(this.figures))),
      h('div', {class: 'two'}, card('Handled', {}, this.handlers),
        card('Last events', {}, this.past)), this.trace.node, this.childCard);
  }

  drawHead(one) {
    fill(this.head,
      h('div', {class: 'job-name'}, stateBadge(one), h('span', {class: 'mono soft'}, one.id),
        h('span', {class: 'soft'}, `on ${one.node}`),
        one.parent && h('span', {class: 'soft'}, 'child of ', actorLink(one.parent)),
        one.job && h('a', {href: `#/jobs/${one.job}`, class: 'mono'}, one.job)),
      h('div', {class: 'actions'},
        button('Trace', {picture: 'trace', 'data-focus': 'trace',
                         on: () => this.trace.toggle()}),
        killable.includes(one.kind) && button('Kill', {
          picture: 'stop', kind: 'danger-quiet', 'data-focus': 'kill',
          on: () => this.kill()})));
  }

  drawFigures(one) {
    const {figures} = this;
    figures.mailbox.update(count(one.mailbox), 'messages waiting');
    figures.rate.update(decimal(one.rate), '');
    figures.busy.update(one.busy_ratio === null || one.busy_ratio === undefined
      ? none : percent(one.busy_ratio), '');
    figures.messages.update(count(one.messages), 'since it was born');
    figures.age.update(span(one.age_s), '');
    figures.held.update(bytes(one.bytes_held), '');
  }

  take(one) {
    if (!this.body.isConnected) fill(this.view.root, this.body);
    if (this.shown?.state !== one.state) this.drawHead(one);
    this.shown = one;
    this.trace.of(one);
    const label = one.label ?? '';
    this.view.title(label.startsWith(one.kind) ? label : `${one.kind} ${label}`.trim());
    fill(this.probe, probeOf(one));
    this.drawFigures(one);
    this.handlers.update(one.handlers ?? []);
    this.children.update(one.children ?? []);
    this.childCard.querySelector('h2').textContent =
      `Children (${count(one.children_total ?? 0)})`;
    const past = one.events ?? [];
    fill(this.past, past.map((each) => h('li', {}, h('time', {datetime: each.at},
      clock(each.at)), h('span', {}, each.text))),
      past.length === 0 && h('li', {class: 'soft'}, 'None.'));
  }

  failed(reason) {
    const {shown} = this;
    if (reason.status !== 404 || !shown) return this.view.failed(reason);
    // It was there a moment ago: what was known of it stays to be read.
    fill(this.probe, notice('warn', 'This actor has ended. ', shown.parent && h(
      'a', {href: `#/actors/${encodeURIComponent(shown.parent)}`}, 'See its parent')));
    this.head.querySelector('.actions').replaceChildren();
    this.shown = null;
  }

  kill() {
    if (this.shown) askKill(this.shown);
  }
}

export const actor = {
  title: 'Actor',
  open(view) {
    const [id] = view.args;
    const screen = new ActorScreen(view, id);
    view.poll(2_000, () => `/v1/actors/${encodeURIComponent(id)}`,
              (one) => screen.take(one), {failed: (reason) => screen.failed(reason)});
    view.keys = {
      k: {what: 'Kill this actor', act: () => screen.kill()},
      t: {what: 'Trace its messages', act: () => screen.trace.toggle()},
      u: {what: 'Back to all actors', act: () => { location.hash = '#/actors'; }},
    };
  },
};
