// One image before and after, one over the other with a slider between them.
// The source is fetched by the head, behind its guard, and only on a click: this
// page asks no other server for anything.

import {h, fill, outside} from './dom.js';
import {ask} from './api.js';
import {bytes, count, decimal, none, saved, span, tail} from './format.js';
import {badge, button, dialog, notice} from './ui.js';

async function picture(path, signal) {
  const blob = await (await ask(path, {signal})).blob();
  const address = URL.createObjectURL(blob);
  const image = h('img', {src: address, alt: ''});
  await image.decode();
  return {image, address, size: blob.size};
}

function fileOf(item) {
  // By its content: the address in `output` may be another way to this server.
  const name = new URL(item.output, location.href).pathname.split('/').pop();
  return `/v1/files/${item.sha256}/${name}`;
}

function slider(before, after) {
  const range = h('input', {type: 'range', min: '0', max: '100', value: '50',
                            step: '0.5', 'aria-label': 'How much of the source is shown'});
  before.image.alt = 'Before';
  after.image.alt = 'After';
  after.image.className = 'after';
  before.image.className = 'before';
  const node = h('div', {class: 'compare'}, after.image, before.image,
                 h('span', {class: 'tag left'}, `Before ${bytes(before.size)}`),
                 h('span', {class: 'tag right'}, `After ${bytes(after.size)}`),
                 h('span', {class: 'handle', 'aria-hidden': 'true'}), range);
  const place = () => node.style.setProperty('--at', `${range.value}%`);
  range.addEventListener('input', place);
  place();
  return node;
}

function facts(item) {
  const lines = [
    ['Size', item.bytes_in && `${bytes(item.bytes_in)} → ${bytes(item.bytes_out)}, `
             + `saved ${saved(item.bytes_in, item.bytes_out)}`],
    ['Pixels', item.width && `${count(item.width)} × ${count(item.height)}`],
    ['Quality', item.quality && decimal(item.quality)],
    ['SSIM', item.ssim && item.ssim.toFixed(4)],
    ['Took', item.milliseconds ? span(item.milliseconds / 1000) : null],
    ['Attempts', item.attempts || null],
    ['Node', item.node],
    ['SHA-256', item.sha256 && h('code', {}, item.sha256)],
  ];
  return h('dl', {class: 'facts'},
           h('div', {}, h('dt', {}, 'Source'),
             h('dd', {}, item.url ? outside(item.url) : none)),
           lines.filter(([, text]) => text).map(([name, text]) => h(
             'div', {}, h('dt', {}, name), h('dd', {}, text))));
}

export function compare(job, item) {
  const cut = new AbortController();
  const held = [];
  const stage = h('div', {class: 'stage'});
  const show = dialog(tail(item.url).name || 'Image', {wide: true},
                      h('p', {class: 'line'}, badge(item.state),
                        h('span', {class: 'soft'}, `row ${item.row}, image ${item.slot + 1}`)),
                      item.error && notice('bad', h('b', {class: 'mono'}, item.error.code),
                                           ` (${item.error.kind}) `, item.error.detail),
                      stage, facts(item));
  show.addEventListener('close', () => {
    cut.abort();
    held.forEach((one) => URL.revokeObjectURL(one.address));
  });
  const keep = async (path) => {
    const one = await picture(path, cut.signal);
    held.push(one);
    return one;
  };
  const told = (reason) => cut.signal.aborted || fill(
    stage, notice('warn', reason.detail || reason.message));

  async function withSource(after) {
    fill(stage, h('div', {class: 'compare waiting', role: 'status'}, 'Fetching the source …'));
    try {
      const before = await keep(`/v1/jobs/${job}/items/${item.id}/source`);
      fill(stage, after ? slider(before, after)
                        : h('div', {class: 'compare'}, before.image));
      stage.querySelector('input')?.focus();
    } catch (reason) {
      if (cut.signal.aborted) return;
      fill(stage, after && h('div', {class: 'compare'}, after.image),
           notice('warn', reason.missing
             ? 'This server cannot fetch sources for the console.'
             : `The source cannot be shown: ${reason.detail || reason.message}`));
    }
  }

  (async () => {
    const after = item.output ? await keep(fileOf(item)) : null;
    if (after) after.image.alt = 'After';
    const look = item.url && button(
      after ? 'Compare with the source' : 'Show the source',
      {kind: after ? 'primary' : '', on: () => withSource(after)});
    fill(stage, after && h('div', {class: 'compare'}, after.image),
         look && h('p', {class: 'line'}, look, h('span', {class: 'note'},
           `Asks ${tail(item.url).host} for it once more.`)));
  })().catch(told);
}
