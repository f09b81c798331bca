// A table whose rows stay where they are while their cells change, so that the
// focus, the selection and the eye keep their place.

import {h, fill} from './dom.js';
import {empty} from './ui.js';

function cellOf(column, row, open) {
  const shown = column.cell(row);
  // Rows open by Enter and by a click anywhere; whoever hears the page finds a
  // button.
  return h('td', {role: 'cell', class: column.kind ?? '', 'data-label': column.title},
           column.opens ? h('button', {type: 'button', class: 'opener', tabindex: '-1',
                                       on: {click: () => open(row)}}, shown) : shown);
}

function isControl(node) {
  return node.closest('a, button, input, select, label') !== null;
}

/** The rows of a table, each with what was last shown in it. */
class Rows {
  constructor(body, columns, {key, open}) {
    Object.assign(this, {body, columns, key, open});
    this.known = new Map();
  }

  make(id) {
    const node = h('tr', {role: 'row', tabindex: this.open ? '0' : null, 'data-key': id});
    const open = () => this.open(this.known.get(id).row);
    if (this.open) {
      node.addEventListener('click', (event) => {
        if (!isControl(event.target) && !String(getSelection())) open();
      });
      node.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && event.target === node) open();
      });
    }
    const entry = {node, row: null, told: ''};
    this.known.set(id, entry);
    return entry;
  }

  show(entry, row) {
    const told = JSON.stringify(row);
    entry.row = row;
    if (told === entry.told) return;
    entry.told = told;
    fill(entry.node, this.columns.map((column) => cellOf(column, row, this.open)));
  }

  update(rows) {
    const wanted = new Set(rows.map(this.key));
    for (const [id, {node}] of this.known)
      if (!wanted.has(id)) {
        node.remove();
        this.known.delete(id);
      }
    let after = null;
    for (const row of rows) {
      const id = this.key(row);
      const entry = this.known.get(id) ?? this.make(id);
      this.show(entry, row);
      const here = after ? after.nextSibling : this.body.firstChild;
      if (entry.node !== here) this.body.insertBefore(entry.node, here);
      after = entry.node;
    }
  }
}

/**
 * A table; `update(rows)` shows them.
 * @param columns `[{title, cell(row), kind: 'number'|'wide'|'', opens}]`
 * @param options `key(row)`; `open(row)`: what Enter and a click do;
 *   `nothing`: what to show for no rows; `caption` for screen readers.
 */
export function table(columns, {key, open, nothing, caption}) {
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
  const rows = new Rows(body, columns, {key, open});
  place.update = (all) => {
    rows.update(all);
    scroller.hidden = all.length === 0;
    if (all.length === 0) place.append(none);
    else none.remove();
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
