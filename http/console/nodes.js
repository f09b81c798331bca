// The machines that work, and taking one out of work.

import {h, fill} from './dom.js';
import {post} from './api.js';
import {bytes, count, decimal, none, percent, plural, short, span} from './format.js';
import {badge, button, complain, confirm, empty, filterBox, toast} from './ui.js';
import {table} from './table.js';

function askDrain(node) {
  confirm({
    title: 'Drain this node?', verb: 'Drain the node',
    hits: h('p', {}, h('b', {}, node.name || node.id), ' gets no new work. Its ',
            h('b', {}, plural(node.leases ?? node.used ?? 0, 'lease')),
            ' under way are finished first; the other nodes take over the rest.'),
    act: async () => {
      await post(`/v1/nodes/${encodeURIComponent(node.id)}/drain`);
      toast(`${node.name || node.id} is draining`);
    },
  });
}

async function undrain(node) {
  try {
    await post(`/v1/nodes/${encodeURIComponent(node.id)}/undrain`);
    toast(`${node.name || node.id} works again`);
  } catch (reason) {
    complain(reason);
  }
}

function steer(node) {
  return node.state === 'draining'
    ? button('Undrain', {kind: 'small', 'data-focus': 'steer', on: () => undrain(node)})
    : button('Drain', {kind: 'small', 'data-focus': 'steer',
                       disabled: node.state === 'lost', on: () => askDrain(node)});
}

function gauge(part, label) {
  if (part === null || part === undefined) return none;
  return h('span', {class: 'gauge'}, h('span', {class: 'measure'},
    h('i', {vars: {part: Math.min(1, part)}})), h('span', {}, label));
}

export const nodes = {
  title: 'Nodes',
  open(view) {
    let shown = [], filter = '';
    const list = table([
      {title: 'Node', kind: 'wide', cell: (node) => [
        h('span', {class: 'strong'}, node.name || node.id),
        h('span', {class: 'sub', title: node.id}, [node.id !== node.name && short(node.id), node.version,
                                   ...(node.labels ?? [])].filter(Boolean).join(' · '))]},
      {title: 'State', cell: (node) => badge(node.state)},
      {title: 'Slots', cell: (node) => gauge(node.slots ? node.used / node.slots : 0,
                                             `${count(node.used)} of ${count(node.slots)}`)},
      {title: 'CPU', cell: (node) => gauge(node.cpu, percent(node.cpu))},
      {title: 'Memory', kind: 'number', cell: (node) => bytes(node.memory_bytes)},
      {title: 'Images/s', kind: 'number', cell: (node) => decimal(node.images_per_s)},
      {title: 'Leases', kind: 'number', cell: (node) => count(node.leases)},
      {title: 'Heard of', kind: 'number', cell: (node) =>
        node.last_heartbeat_s === null || node.last_heartbeat_s === undefined
          ? none : `${span(node.last_heartbeat_s)} ago`},
      {title: 'Round trip', kind: 'number', cell: (node) =>
        node.rtt_ms === null || node.rtt_ms === undefined ? none : `${decimal(node.rtt_ms)} ms`},
      {title: '', cell: steer},
    ], {key: (node) => node.id, caption: 'Nodes',
        open: (node) => {
          location.hash = `#/actors?node=${encodeURIComponent(node.local ? 'head' : node.name)}`;
        },
        nothing: empty('nodes', 'No nodes', 'A worker joins with pixmill worker --join HOST:PORT.')});
    const draw = () => list.update(shown.filter((node) =>
      `${node.name} ${node.id} ${node.state}`.toLowerCase().includes(filter)));
    const bar = h('div', {class: 'toolbar'}, filterBox('Filter', (text) => {
      filter = text.toLowerCase();
      draw();
    }));
    view.poll(2_000, () => '/v1/nodes', (body) => {
      if (!list.isConnected) fill(view.root, bar, list);
      shown = body.nodes;
      draw();
    });
    view.keys = {d: {what: 'Drain the node of the focused row', act: () => {
      const row = document.activeElement?.closest('tr');
      row?.querySelector('button')?.click();
    }}};
  },
};
