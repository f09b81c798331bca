// The keyboard comes first: digits and `g` with a letter switch screens, `/`
// goes to the filter, the rest are the screen's own (`view.keys`).

import {h} from './dom.js';
import {dialog} from './ui.js';

let own = () => ({});

function line(keys, what) {
  return h('tr', {}, h('th', {scope: 'row'},
                       [keys].flat().map((key) => h('kbd', {}, key))),
           h('td', {}, what));
}

export function showKeys(places) {
  const mine = Object.entries(own());
  dialog('Keys', {wide: true, className: 'keys'},
         h('div', {class: 'columns'},
           h('table', {}, h('caption', {}, 'Screens'), h('tbody', {},
             places.map(({letter, screen}, at) => line(
               [String((at + 1) % 10), `g ${letter}`], screen.title)))),
           h('div', {}, h('table', {}, h('caption', {}, 'Everywhere'),
             h('tbody', {},
             line('/', 'Filter'), line(['↑', '↓'], 'From row to row'),
             line('Enter', 'Open'), line('Esc', 'Close, leave the filter'),
             line('p', 'Freeze, go on'), line('\\', 'Dark or light'),
             line('?', 'These keys'))),
           mine.length > 0 && h('table', {}, h('caption', {}, 'This screen'),
             h('tbody', {}, mine.map(([key, {what}]) => line(key, what)))))));
}

function isTyping(node) {
  return node.matches('input:not([type=checkbox]):not([type=radio]), textarea, select')
         || node.isContentEditable;
}

export function listen({places, rowKeys, view, busy, freeze, theme}) {
  own = () => view()?.keys ?? {};
  let waiting = false; // `g` was pressed.
  const everywhere = {
    '?': () => showKeys(places),
    '/': () => document.querySelector('[data-filter]')?.focus(),
    p: freeze,
    '\\': theme,
    g: () => {
      waiting = true;
      setTimeout(() => { waiting = false; }, 1_200);
    },
  };
  const digit = (key) => /^[0-9]$/.test(key) && places[(Number(key) + 9) % 10];
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busy()
        || document.querySelector('dialog[open]'))
      return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const place = waiting
      ? places.find(({letter}) => letter === event.key) : digit(event.key);
    waiting = false;
    if (place) location.hash = `#/${place.id}`;
    else if (own()[event.key]) own()[event.key].act();
    else if (everywhere[event.key]) everywhere[event.key]();
    else if (!rowKeys(event)) return;
    event.preventDefault();
  });
}
