// A table whose rows stay where they are while their cells change, so that the
// focus, the selection and the eye keep their place.

import {h, fill} from './dom.js';
import {empty} from './ui.js';

function cellOf(column, row, title) {
  const shown = column.cell(row);
  return h('td', {role: 'cell', class: column.kind ?? '', 'data-label': title},
           shown);
}

function isControl(node) {
  return node.closest('a, button, input, select, label') !== null;
}

/**
 * @param columns `[{title, cell(row), kind: 'number'|'wide'|'mono'|''}]`
 * @param options `key(row)`, `open(row)`: what Enter and a click do;
 *   `nothing`: what to show for no rows; `caption` for screen readers.
 */
export function table(columns, {key, open, nothing, caption, mark}) {
  const body = h('tbody', {role: 'rowgroup'});
  const head = h('tr', {role: 'row'}, columns.map((column) => h(
    'th', {role: 'columnheader', scope: 'col', class: column.kind ?? ''},
    column.title || h('span', {class: 'unseen'}, 'Actions'))));
  const grid = h('table', {role: 'table', class: open ? 'opens' : ''},
                 h('caption', {class: 'unseen'}, caption),
                 h('thead', {role: 'rowgroup'}, head), body);
  const scroller = h('div', {class: 'table', tabindex: '-1'}, grid);
  const place = h('div', {class: 'table-place'}, scroller);
  const none = nothing ?? empty('empty', 'Nothing here');
  const known = new Map();

  function make(id, row) {
    const node = h('tr', {role: 'row', tabindex: open ? '0' : null, 'data-key': id});
    if (open) {
      node.addEventListener('click', (event) => {
        if (!isControl(event.target) && !String(getSelection()))
          open(known.get(id).row);
      });
      node.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && event.target === node)
          open(known.get(id).row);
      });
    }
    known.set(id, {node, row, told: ''});
    return node;
  }

  function show(entry, row) {
    const told = JSON.stringify(row);
    entry.row = row;
    if (told === entry.told) return;
    entry.told = told;
    if (mark) entry.node.dataset.mark = mark(row) ?? '';
    fill(entry.node, columns.map((column) => cellOf(column, row, column.title)));
  }

  place.update = (rows) => {
    const wanted = new Set(rows.map(key));
    for (const [id, {node}] of known)
      if (!wanted.has(id)) {
        node.remove();
        known.delete(id);
      }
    let after = null;
    for (const row of rows) {
      const id = key(row);
      const node = known.get(id)?.node ?? make(id, row);
      show(known.get(id), row);
      const here = after ? after.nextSibling : body.firstChild;
      if (node !== here) body.insertBefore(node, here);
      after = node;
    }
    scroller.hidden = rows.length === 0;
    if (rows.length === 0) place.append(none);
    else none.remove();
  };
  /** Draws every cell anew: what it shows depends on the time. */
  place.redraw = () => {
    for (const entry of known.values()) {
      entry.told = '';
      show(entry, entry.row);
    }
  };
  return place;
}

/** Arrow keys go from row to row. */
export function rowKeys(event) {
  const step = {ArrowDown: 'nextElementSibling',
                ArrowUp: 'previousElementSibling'}[event.key];
  if (!step) return false;
  const here = document.activeElement;
  if (here?.matches('tr[tabindex]')) {
    here[step]?.focus();
    return true;
  }
  if (here === document.body || here?.id === 'main') {
    const first = document.querySelector('#main tr[tabindex]');
    first?.focus();
    return Boolean(first);
  }
  return false;
}
