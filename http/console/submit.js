// A sheet is dropped, checked, and started.

import {h, fill, icon} from './dom.js';
import {ask, upload, Problem} from './api.js';
import {bytes, count, plural} from './format.js';
import {button, card, notice, toast} from './ui.js';
import {readOptions, optionFields} from './submit_options.js';
import {issueTable, keepWarnings} from './submit_errors.js';

// crypto.randomUUID is for secure contexts alone.
function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((x) => x.toString(16).padStart(2, '0')).join('');
}

function formOf(file, options) {
  const form = new FormData();
  form.append('options', JSON.stringify(options));
  form.append('file', file, file.name);
  return form;
}

function dropzone(take) {
  const input = h('input', {type: 'file', id: 'sheet', class: 'unseen',
                            accept: '.csv,.tsv,.txt,.gz,text/csv,application/gzip',
                            on: {change: () => input.files[0] && take(input.files[0])}});
  const zone = h('label', {class: 'dropzone', for: 'sheet'}, icon('submit'),
                 h('b', {}, 'Drop a CSV here'),
                 h('span', {}, 'or ', h('u', {}, 'choose a file'),
                   '. A serial, a name and a column of image URLs; gzip is fine.'));
  const over = (on) => (event) => {
    event.preventDefault();
    zone.classList.toggle('over', on);
  };
  zone.addEventListener('dragenter', over(true));
  zone.addEventListener('dragover', over(true));
  zone.addEventListener('dragleave', over(false));
  zone.addEventListener('drop', (event) => {
    over(false)(event);
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
  return {node: h('div', {}, input, zone), input, zone};
}

class Submission {
  constructor(view) {
    this.view = view;
    this.file = null;
    this.key = null;
    this.chosen = h('div', {class: 'chosen'});
    this.verdict = h('div', {class: 'verdict', 'aria-live': 'polite'});
    this.drop = dropzone((file) => this.take(file));
    this.options = optionFields();
    this.start = h('button', {type: 'submit', class: 'button primary', disabled: true},
                   icon('play'), h('span', {}, 'Start the job'));
    this.note = h('p', {class: 'note'});
    this.meter = h('progress', {max: '1', value: 0, 'aria-label': 'Sent', hidden: true});
    this.form = h('form', {class: 'submit', novalidate: true,
                           on: {submit: (event) => this.send(event)}},
                  h('div', {class: 'stack'},
                    card('Sheet', {}, this.drop.node, this.chosen), this.verdict),
                  h('div', {class: 'stack side'},
                    card('Options', {}, this.options.node),
                    h('div', {class: 'go'}, this.meter, this.start, this.note)));
    // The button stays as it is meanwhile: who changes an option and starts at
    // once must not find it dead. The service checks again anyway.
    this.options.node.addEventListener('change', (event) => {
      this.key = null;
      if (this.file && event.target.name !== 'name') this.check();
    });
    this.addDrops();
  }

  // Anywhere on the page: who misses the zone must not lose the page.
  addDrops() {
    const {signal} = this.view;
    addEventListener('dragover', (event) => event.preventDefault(), {signal});
    addEventListener('drop', (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file && !this.drop.zone.contains(event.target)) this.take(file);
    }, {signal});
  }

  take(file) {
    this.file = file;
    this.key = null;
    this.start.disabled = true;
    this.drop.zone.classList.add('small');
    fill(this.chosen, h('p', {class: 'line'}, h('b', {}, file.name),
                        h('span', {class: 'soft'}, bytes(file.size))));
    this.check();
  }

  async check() {
    this.checking?.abort();
    this.checking = new AbortController();
    const {signal} = this.checking;
    fill(this.verdict, notice('info', 'Checking the sheet …'));
    try {
      const options = readOptions(this.form);
      const sheet = await (await ask('/v1/validate', {
        method: 'POST', body: formOf(this.file, options), signal})).json();
      this.start.disabled = false;
      this.tellGood(sheet);
    } catch (reason) {
      if (signal.aborted) return;
      this.start.disabled = true;
      await this.tellBad(reason);
    }
  }

  tellGood(sheet) {
    const bad = sheet.images.invalid ?? 0;
    fill(this.verdict,
         notice('good', icon('check'), h('b', {}, 'Ready. '),
                `${plural(sheet.rows, 'product')}, ${plural(sheet.images.total, 'image')}`
                + `, ${count(sheet.images.unique)} different`
                + (bad ? `; ${count(bad)} skipped as invalid` : '') + '.'),
         sheet.warnings_total > 0 && card(plural(sheet.warnings_total, 'warning'),
           {className: 'calm'}, issueTable(sheet.warnings, this.file)));
  }

  async tellBad(reason) {
    const errors = reason instanceof Problem ? reason.body.errors : null;
    if (!errors?.length) {
      fill(this.verdict, notice('bad', h('b', {}, reason.title || 'Not possible', '. '),
                                reason.detail || reason.message));
      return;
    }
    const more = reason.body.errors_total - errors.length;
    fill(this.verdict,
         notice('bad', h('b', {}, plural(reason.body.errors_total, 'error')),
                ' in the sheet; nothing was started. Mend the cells below, or run the rest without them.',
                button('Skip invalid cells', {kind: 'small', on: () => {
                  this.form.elements.on_invalid.value = 'skip';
                  this.check();
                }})),
         card('Errors', {note: more > 0
           ? `the first ${count(errors.length)}` : ''},
           issueTable(errors, this.file)));
  }

  async send(event) {
    event.preventDefault();
    if (!this.file || this.start.disabled) return;
    this.checking?.abort();
    this.start.disabled = true;
    this.meter.hidden = false;
    this.note.textContent = 'Sending …';
    // The same for the same sheet and options: sent twice, it starts once.
    this.key ??= freshKey();
    try {
      const options = readOptions(this.form);
      const done = await upload('/v1/jobs', formOf(this.file, options),
                                {'Idempotency-Key': this.key}, (part) => {
        this.meter.value = part;
        if (part === 1) this.note.textContent = 'Being checked and stored …';
      });
      keepWarnings(done, this.file);
      toast('The job is accepted');
      location.hash = `#/jobs/${done.id}`;
    } catch (reason) {
      this.start.disabled = false;
      this.note.textContent = '';
      await this.tellBad(reason);
    } finally {
      this.meter.hidden = true;
    }
  }
}

export const submit = {
  title: 'Submit',
  open(view) {
    const form = new Submission(view);
    fill(view.root, form.form);
    view.drawn = true;
    view.keys = {o: {what: 'Choose a file', act: () => form.drop.input.click()}};
  },
};
