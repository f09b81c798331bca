// The options of a job, as the form has them.

import {h, freshId} from './dom.js';

function field(label, control, hint) {
  const id = freshId('field');
  control.id = id;
  return h('div', {class: 'field'}, h('label', {for: id}, label), control,
           hint && h('p', {class: 'note'}, hint));
}

function choice(name, options) {
  return h('select', {name}, options.map(([id, text]) =>
    h('option', {value: id}, text)));
}

function number(name, more) {
  return h('input', {type: 'number', name, inputmode: 'decimal', ...more});
}

export function optionFields() {
  const amount = number('amount', {value: '50', min: '1', step: 'any'});
  const kinds = {bytes_percent: ['50', '%'], bytes: ['120000', 'bytes'],
                 quality: ['75', 'of 100'], scale: ['50', '%']};
  const unit = h('span', {class: 'unit'}, '%');
  const kind = choice('target', [
    ['bytes_percent', 'Part of the source’s bytes'], ['bytes', 'Bytes an image'],
    ['quality', 'Encoder quality'], ['scale', 'Scale of the pixels']]);
  amount.setAttribute('aria-label', 'How much');
  kind.addEventListener('change', () => {
    [amount.value, unit.textContent] = kinds[kind.value];
  });
  const more = h('details', {class: 'more'}, h('summary', {}, 'More'),
    h('div', {class: 'fields'},
      field('Largest edge, pixels', number('max_edge', {min: '1', placeholder: 'as it is'})),
      field('Priority, −10 to 10', number('priority', {min: '-10', max: '10', placeholder: '0'})),
      field('Deadline', h('input', {name: 'deadline', placeholder: 'none; 2h, 30m'})),
      field('Fail the job above this part of failures', number('max_failure_ratio', {
        min: '0', max: '1', step: 'any', placeholder: 'never; 0.2'})),
      field('Webhook', h('input', {name: 'webhook', type: 'url',
                                   placeholder: 'https://shop.example/hook'})),
      h('label', {class: 'check'}, h('input', {type: 'checkbox', name: 'assume_https'}),
        h('span', {}, 'URLs without a scheme mean https'))));
  return {node: h('div', {class: 'fields'},
    field('Name', h('input', {name: 'name', placeholder: 'spring catalogue',
                              autocomplete: 'off'})),
    field('Target', kind),
    h('div', {class: 'amount'}, amount, unit),
    field('Format', choice('format', [
      ['', 'Keep'], ['auto', 'The lightest'], ['jpeg', 'JPEG'], ['png', 'PNG'],
      ['webp', 'WebP'], ['avif', 'AVIF']])),
    field('Quality floor, SSIM', number('floor', {min: '0', max: '1', step: '0.01',
                                                  placeholder: '0.95'})),
    field('Invalid cells', choice('on_invalid', [
      ['reject', 'Refuse the sheet'], ['skip', 'Skip them, run the rest']])),
    more)};
}

function targetOf(kind, amount) {
  if (kind === 'bytes_percent') return {bytes: `${amount}%`};
  if (kind === 'scale') return {scale: `${amount}%`};
  return {[kind]: Number(amount)};
}

/** The options that somebody has set; what was left alone is left out. */
export function readOptions(form) {
  const {elements: at} = form;
  const out = {target: targetOf(at.target.value, at.amount.value)};
  const text = (name) => at[name].value.trim();
  for (const name of ['name', 'format', 'deadline'])
    if (text(name)) out[name] = text(name);
  for (const name of ['max_edge', 'priority', 'max_failure_ratio'])
    if (text(name)) out[name] = Number(text(name));
  if (text('floor')) out.floor = {ssim: Number(text('floor'))};
  if (text('webhook')) out.webhook = {url: text('webhook')};
  if (at.on_invalid.value !== 'reject') out.on_invalid = at.on_invalid.value;
  if (at.assume_https.checked) out.assume_https = true;
  return out;
}
