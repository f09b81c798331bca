// The parts that screens are made of.

import {h, icon, fill, freshId} from './dom.js';
import {Unreachable} from './api.js';
import {count, span, words} from './format.js';

// What a state means to somebody who looks after it.
const moods = {
  good: ['completed', 'done', 'delivered', 'up', 'closed', 'succeeded'],
  busy: ['running', 'downloading', 'compressing', 'storing', 'active',
         'delivering', 'canceling', 'busy'],
  calm: ['kept_original', 'queued', 'paused', 'draining', 'half_open'],
  warn: ['completed_with_errors', 'skipped', 'suspect', 'retrying', 'disabled',
         'throttled'],
  bad: ['failed', 'lost', 'open', 'exhausted', 'given_up'],
};
const moodOf = Object.fromEntries(Object.entries(moods).flatMap(
  ([mood, states]) => states.map((state) => [state, mood])));

export function badge(state, mood = moodOf[state] ?? 'none') {
  return h('span', {class: `badge ${mood}`}, words(state));
}

export function button(label, {kind = '', picture, on, ...more} = {}) {
  return h('button', {type: 'button', class: `button ${kind}`, on: {click: on},
                      ...more}, picture && icon(picture), h('span', {}, label));
}

export function iconButton(label, picture, on, more = {}) {
  return h('button', {type: 'button', class: 'icon-button', title: label,
                      'aria-label': label, on: {click: on}, ...more},
           icon(picture));
}

export function linkButton(label, href, {kind = '', picture} = {}) {
  return h('a', {class: `button ${kind}`, href}, picture && icon(picture),
           h('span', {}, label));
}

export function card(title, {actions, note, className = ''} = {}, ...children) {
  const id = freshId('card');
  return h('section', {class: `card ${className}`,
                       'aria-labelledby': title ? id : null},
           title && h('header', {class: 'card-head'},
                      h('h2', {id}, title), note && h('p', {class: 'note'}, note),
                      actions && h('div', {class: 'actions'}, actions)),
           children);
}

/** A figure with its name; `update(value, hint)` changes it. */
export function tile(label, value = '', hint = '') {
  const figure = h('dd', {class: 'figure'}, value);
  const aside = h('dd', {class: 'hint'}, hint);
  const node = h('div', {class: 'tile'}, h('dt', {}, label), figure, aside);
  node.update = (text, more = '') => {
    if (figure.textContent !== text) figure.textContent = text;
    if (aside.textContent !== more) aside.textContent = more;
  };
  return node;
}

export function tiles(...all) {
  return h('dl', {class: 'tiles'}, all);
}

export function notice(mood, ...children) {
  return h('div', {class: `notice ${mood}`, role: mood === 'bad' ? 'alert' : null},
           children);
}

export function empty(picture, title, text, action) {
  return h('div', {class: 'empty'}, icon(picture), h('h2', {}, title),
           text && h('p', {}, text), action);
}

export function loading(lines = 4) {
  return h('div', {class: 'loading', role: 'status', 'aria-label': 'Loading'},
           Array.from({length: lines}, () => h('div', {class: 'bone'})));
}

/** What went wrong, in words that say what to do. */
export function wrong(reason, again) {
  const retry = again && button('Try again', {picture: 'retry', on: again});
  if (reason instanceof Unreachable)
    return empty('plug', 'The server does not answer',
                 'It may be restarting. The console goes on by itself as soon as it is back.',
                 retry);
  if (reason.missing)
    return empty('plug', 'Not available on this server',
                 'This server has no such route: it is an older version, or runs without this part.');
  if (reason.status === 403)
    return empty('lock', 'This token does not allow it',
                 reason.detail || 'A token with more scopes is wanted.');
  if (reason.status === 404 || reason.status === 410)
    return empty('search', reason.title || 'There is nothing here',
                 reason.detail);
  return empty('errors', reason.title || 'That did not work',
               reason.detail || reason.message, retry);
}

export function toast(text, mood = 'good') {
  const place = document.getElementById('toasts');
  const node = h('div', {class: `toast ${mood}`},
                 icon(mood === 'good' ? 'check' : 'errors'), h('span', {}, text));
  place.append(node);
  setTimeout(() => node.remove(), mood === 'good' ? 4_000 : 8_000);
}

export function complain(reason) {
  if (reason.name !== 'AbortError')
    toast(reason.detail || reason.message || String(reason), 'bad');
}

/** A dialog over the page. `dialog.close()` ends it, as Escape does; the focus
    goes back to where it was. */
export function dialog(title, {wide = false, className = ''} = {}, ...children) {
  const id = freshId('dialog');
  const before = document.activeElement;
  const close = iconButton('Close', 'close', () => node.close());
  const node = h('dialog', {class: `${wide ? 'wide' : ''} ${className}`,
                            'aria-labelledby': id},
                 h('header', {}, h('h2', {id}, title), close),
                 h('div', {class: 'dialog-body'}, children));
  node.addEventListener('close', () => {
    node.remove();
    if (before?.isConnected) before.focus();
  });
  node.addEventListener('click', (event) => {
    if (event.target === node) node.close();
  });
  document.body.append(node);
  node.showModal();
  return node;
}

/** Asks before something that cannot be taken back; it names what it hits.
    `act` may fail: the reason is then told in the dialog. */
export function confirm({title, hits, verb, danger = true, act}) {
  const said = h('div');
  const go = button(verb, {kind: danger ? 'danger' : 'primary', on: run});
  const stay = button('Cancel', {on: () => node.close()});
  const node = dialog(title, {className: 'confirm'},
                      h('div', {class: 'hits'}, hits), said,
                      h('footer', {}, stay, go));
  stay.focus();
  async function run() {
    go.disabled = true;
    try {
      await act();
      node.close();
    } catch (reason) {
      go.disabled = false;
      fill(said, notice('bad', reason.detail || reason.message));
    }
  }
  return node;
}

/** Nodes that did not answer in time: what they have is not shown. */
export function silentNodes(silent) {
  return silent?.length ? notice('warn', 'No answer from ', silent.map((one) =>
    `${one.node} for ${span(one.since_ms / 1000)}`).join(', '),
    '; what is there is missing here.') : null;
}

const parts = [
  ['done', 'Compressed'], ['kept_original', 'Kept as they were'],
  ['failed', 'Failed'], ['skipped', 'Skipped'], ['canceled', 'Canceled'],
  ['active', 'Under way'], ['pending', 'Waiting'],
];

/** The counts of a job as one bar; `update(progress)` changes it. */
export function progressBar({legend = false} = {}) {
  const pieces = parts.map(([name]) => h('span', {class: `piece ${name}`}));
  const bar = h('div', {class: 'bar', role: 'img'}, pieces);
  const list = legend && h('ul', {class: 'legend'});
  const node = h('div', {class: 'progress'}, bar, list);
  node.update = (progress) => {
    parts.forEach(([name], at) => {
      pieces[at].style.setProperty('flex-grow', progress[name] ?? 0);
      pieces[at].hidden = !progress[name];
    });
    const there = parts.filter(([name]) => progress[name] > 0);
    bar.setAttribute('aria-label', there.map(
      ([name, text]) => `${text}: ${count(progress[name])}`).join(', ')
      + ` of ${count(progress.total)}`);
    if (legend)
      fill(list, there.map(([name, text]) => h(
        'li', {}, h('i', {class: `dot ${name}`}), text,
        h('b', {}, count(progress[name])))));
  };
  return node;
}

export function settledOf(progress) {
  return progress.total - progress.active - progress.pending;
}

/** Tabs: `[[id, label]]`; `choose(id)` is called when one is taken. */
export function tabs(label, all, chosen, choose) {
  const node = h('div', {class: 'tabs', role: 'tablist', 'aria-label': label});
  const mark = (id) => {
    for (const tab of node.children) {
      const on = tab.dataset.tab === id;
      tab.setAttribute('aria-selected', on);
      tab.tabIndex = on ? 0 : -1;
    }
  };
  for (const [id, text] of all)
    node.append(h('button', {type: 'button', role: 'tab', 'data-tab': id,
                             on: {click: () => { mark(id); choose(id); }}}, text));
  node.addEventListener('keydown', (event) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step) return;
    const at = [...node.children].indexOf(document.activeElement);
    const next = node.children[(at + step + all.length) % all.length];
    next.focus();
    next.click();
    event.preventDefault();
  });
  mark(chosen);
  node.mark = mark;
  return node;
}

/** The filter of a list: `/` goes there. */
export function filterBox(label, change, value = '') {
  const input = h('input', {type: 'search', placeholder: label, value,
                            'aria-label': label, 'data-filter': '',
                            autocomplete: 'off', spellcheck: 'false'});
  let timer;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => change(input.value.trim()), 200);
  });
  return h('div', {class: 'search'}, icon('search'), input, h('kbd', {}, '/'));
}

export function select(label, options, value, change, more = {}) {
  return h('label', {class: 'select'}, h('span', {}, label),
           h('select', {on: {change: (event) => change(event.target.value)},
                        ...more},
             options.map(([id, text]) =>
               h('option', {value: id, selected: id === value}, text))));
}

/** Goes through a list page by page: `show(cursor)` is asked for one. */
export function pager(show) {
  const before = [];
  let here = '', next = null;
  const back = button('Previous', {picture: 'left', 'data-focus': 'back', on: () => {
    here = before.pop();
    show(here);
  }});
  const on = button('Next', {picture: 'right', kind: 'trailing', 'data-focus': 'next', on: () => {
    before.push(here);
    here = next;
    show(here);
  }});
  const place = h('span', {class: 'note'});
  const node = h('nav', {class: 'pager', 'aria-label': 'Pages'}, back, place, on);
  node.update = (cursor) => {
    next = cursor;
    back.disabled = before.length === 0;
    on.disabled = !cursor;
    place.textContent = `Page ${before.length + 1}`;
    node.hidden = before.length === 0 && !cursor;
  };
  node.reset = () => {
    before.length = 0;
    here = '';
  };
  Object.defineProperty(node, 'cursor', {get: () => here});
  node.hidden = true;
  return node;
}
