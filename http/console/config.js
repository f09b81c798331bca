// Every setting in force, and where it came from.

import {h, fill} from './dom.js';
import {get} from './api.js';
import {card, empty, filterBox} from './ui.js';
import {table} from './table.js';

function textOf(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function sectionTable(name) {
  return table([
    {title: 'Setting', kind: 'wide', cell: (one) => [
      h('span', {class: 'mono strong'}, one.key),
      one.about && h('span', {class: 'sub'}, one.about)]},
    {title: 'Value', kind: 'wide', cell: (one) => h('span', {class: 'mono'}, textOf(one.value))},
    {title: 'From', kind: 'wide', cell: (one) => h(
      'span', {class: one.source === 'default' ? 'soft' : 'mono'}, one.source)},
  ], {key: (one) => one.key, caption: `Settings of ${name}`});
}

export const config = {
  title: 'Config',
  async open(view) {
    try {
      const {settings} = await get('/v1/config', view.signal);
      const place = h('div', {class: 'stack'});
      const draw = (filter) => {
        const fit = settings.filter((one) => `${one.section}.${one.key} ${textOf(one.value)} ${
          one.source} ${one.about ?? ''}`.toLowerCase().includes(filter));
        const names = [...new Set(fit.map((one) => one.section))];
        fill(place, names.map((name) => {
          const list = sectionTable(name);
          list.update(fit.filter((one) => one.section === name));
          return card(`[${name}]`, {className: 'config'}, list);
        }), names.length === 0 && empty('search', 'No setting fits'));
      };
      fill(view.root, h('div', {class: 'toolbar'},
        filterBox('Filter', (text) => draw(text.toLowerCase()))), place);
      draw('');
      view.drawn = true;
      view.stamp({scope: 'now'});
    } catch (reason) {
      if (!view.signal.aborted) view.failed(reason);
    }
  },
};
