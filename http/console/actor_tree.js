// The actors as a tree. Children are asked for when a branch is opened: there
// may be a million.

import {h, fill} from './dom.js';
import {get, url} from './api.js';
import {count, span} from './format.js';
import {badge, complain} from './ui.js';

const atOnce = 50;

/** Where more of it is: of a node, the actors on it. */
function pageOf(actor) {
  if (actor.kind === 'cluster') return '#/actors';
  if (actor.kind === 'node') return `#/actors?node=${encodeURIComponent(actor.node)}`;
  return `#/actors/${encodeURIComponent(actor.id)}`;
}

function rowOf(actor) {
  return h('span', {class: 'leaf'}, h('span', {class: `kind ${actor.kind}`}, actor.kind),
           h('span', {class: 'clip'}, actor.label || actor.id),
           badge(actor.state, actor.state === 'no answer' ? 'bad' : undefined),
           h('span', {class: 'soft number'}, actor.mailbox ? `${count(actor.mailbox)} waiting` : '',
             ' ', actor.kind === 'cluster' ? '' : span(actor.age_s)));
}

class Branch {
  constructor(actor, level, signal) {
    this.actor = actor;
    this.signal = signal;
    this.level = level;
    this.open = false;
    this.cursor = null;
    this.group = h('ul', {role: 'group', hidden: true});
    this.line = h('div', {class: 'branch'});
    this.node = h('li', {role: 'treeitem', tabindex: '-1', 'aria-level': level});
    this.node.branch = this;
    this.draw();
    this.node.append(this.line, this.group);
  }

  get parts() { return this.actor.children_total ?? 0; }

  draw() {
    const {actor} = this;
    if (this.parts > 0) this.node.setAttribute('aria-expanded', this.open);
    fill(this.line,
         h('span', {class: `twist ${this.parts ? '' : 'none'}`, 'aria-hidden': 'true',
                    on: {click: () => this.toggle()}}, this.parts ? (this.open ? '▾' : '▸') : ''),
         rowOf(actor), this.parts > 0 && h('span', {class: 'count'}, count(this.parts)),
         h('a', {href: pageOf(actor), class: 'mono', tabindex: '-1'}, actor.id));
  }

  take(children, cursor) {
    for (const child of children)
      this.group.append(new Branch(child, this.level + 1, this.signal).node);
    this.cursor = cursor;
    this.more?.remove();
    if (cursor) {
      this.more = h('li', {role: 'treeitem', 'aria-level': this.level + 1, tabindex: '-1'},
                    h('button', {type: 'button', class: 'plain', tabindex: '-1',
                                 on: {click: () => this.load()}}, 'More …'));
      this.group.append(this.more);
    }
  }

  async load() {
    try {
      const body = await get(url('/v1/actors/tree', {
        root: this.actor.id, depth: 1, limit: atOnce, cursor: this.cursor}), this.signal);
      this.loaded = true;
      this.take(body.root.children ?? [], body.next_cursor);
    } catch (reason) {
      complain(reason);
    }
  }

  async toggle(on = !this.open) {
    if (!this.parts || on === this.open) return;
    this.open = on;
    this.group.hidden = !on;
    this.draw();
    if (on && !this.loaded) await this.load();
  }
}

function keysOf(tree) {
  return (event) => {
    const here = document.activeElement?.closest('[role=treeitem]');
    if (!here || !tree.contains(here)) return;
    const seen = [...tree.querySelectorAll('[role=treeitem]')].filter(
      (one) => one.offsetParent !== null);
    const at = seen.indexOf(here);
    const act = {
      ArrowDown: () => seen[at + 1]?.focus(),
      ArrowUp: () => seen[at - 1]?.focus(),
      ArrowRight: () => (here.branch?.open ? seen[at + 1]?.focus() : here.branch?.toggle(true)),
      ArrowLeft: () => (here.branch?.open ? here.branch.toggle(false)
                                          : here.parentElement.closest('[role=treeitem]')?.focus()),
      Home: () => seen[0]?.focus(),
      End: () => seen.at(-1)?.focus(),
      Enter: () => {
        if (here.branch) location.hash = pageOf(here.branch.actor);
        else here.querySelector('button')?.click();
      },
    }[event.key];
    if (!act) return;
    act();
    event.preventDefault();
    event.stopPropagation();
  };
}

export function actorTree(view, place) {
  const tree = h('ul', {role: 'tree', class: 'tree', 'aria-label': 'Actors'});
  const note = h('p', {class: 'note', role: 'status'});
  tree.addEventListener('keydown', keysOf(tree));
  tree.addEventListener('focusin', (event) => {
    for (const one of tree.querySelectorAll('[tabindex="0"]')) one.tabIndex = -1;
    event.target.closest('[role=treeitem]').tabIndex = 0;
  });
  const look = async () => {
    try {
      const body = await get(url('/v1/actors/tree', {depth: 1, limit: atOnce}), view.signal);
      const root = new Branch(body.root, 1, view.signal);
      root.open = true;
      root.loaded = true;
      root.group.hidden = false;
      root.take(body.root.children ?? [], body.next_cursor);
      root.draw();
      root.node.tabIndex = 0;
      fill(tree, root.node);
      note.textContent = `${count(body.total)} actors. Branches are read when they are opened.`;
      fill(place, h('div', {class: 'card'}, note, tree));
      view.stamp(body);
    } catch (reason) {
      if (!view.signal.aborted) view.failed(reason, place);
    }
  };
  look();
  view.keys = {x: {what: 'Read the tree again', act: look}};
}
