// What is wrong with a sheet, shown in the sheet: each issue stands in its cell,
// at its line.

import {h, fill} from './dom.js';
import {count, plural} from './format.js';

const mostText = 8 << 20; // Larger sheets are told of without their cells.
const mostLines = 200;

/** Records of a CSV with the line at which each begins; lenient, for showing. */
export function recordsOf(text) {
  const first = text.slice(0, text.search(/\r|\n|$/));
  const delimiter = [',', ';', '\t', '|'].map((mark) => [first.split(mark).length, mark])
    .sort(([a], [b]) => b - a)[0][1];
  const out = [];
  let line = 1, record = [], cell = '', begin = 1, quoted = false;
  const close = () => { record.push(cell); cell = ''; };
  const end = () => {
    close();
    if (record.length > 1 || record[0] !== '') out.push({line: begin, cells: record});
    record = [];
  };
  for (let at = 0; at < text.length; ++at) {
    const c = text[at];
    if (quoted) {
      if (c === '"' && text[at + 1] === '"') { cell += '"'; ++at; }
      else if (c === '"') quoted = false;
      else { cell += c; if (c === '\n') ++line; }
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === delimiter) close();
    else if (c === '\n' || c === '\r') {
      if (c === '\r' && text[at + 1] === '\n') ++at;
      end();
      begin = ++line;
    } else cell += c;
  }
  if (cell || record.length) end();
  return out;
}

function fold(name) {
  return name.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function issueText(issue) {
  return h('li', {}, h('span', {class: 'mono strong'}, issue.code),
           issue.slot >= 0 && ` image ${issue.slot + 1}`,
           issue.value ? [': ', h('mark', {}, issue.value)] : null,
           h('span', {class: 'hint'}, issue.hint));
}

/** Without the sheet at hand: what and where, in words. */
function plain(issues) {
  return h('div', {class: 'table'}, h('table', {role: 'table', class: 'issues'},
    h('caption', {class: 'unseen'}, 'Issues of the sheet'),
    h('thead', {}, h('tr', {}, ['Line', 'Column', 'Issue'].map((title) =>
      h('th', {scope: 'col'}, title)))),
    h('tbody', {}, issues.map((issue) => h('tr', {},
      h('td', {'data-label': 'Line', class: 'number'}, issue.line ? count(issue.line) : '–'),
      h('td', {'data-label': 'Column'}, issue.column ?? '–'),
      h('td', {'data-label': 'Issue'}, h('ul', {class: 'said'}, issueText(issue))))))));
}

function grid(issues, records) {
  const [head, ...rows] = records;
  const width = head.cells.length;
  const byLine = Map.groupBy
    ? Map.groupBy(issues, (issue) => issue.line ?? 0)
    : issues.reduce((all, one) => all.set(
      one.line ?? 0, [...(all.get(one.line ?? 0) ?? []), one]), new Map());
  const columnOf = (issue) => {
    const at = head.cells.findIndex((cell) => fold(cell) === fold(issue.column ?? ''));
    return at < 0 ? width - 1 : at;
  };
  const known = new Map(rows.map((row) => [row.line, row.cells]));
  const lines = [...byLine].sort(([a], [b]) => a - b).slice(0, mostLines);
  const row = ([line, mine]) => {
    const cells = known.get(line) ?? (line === head.line ? head.cells : []);
    // What overflows belongs to the last column, as the service reads it.
    const shown = Array.from({length: width}, (_, at) => at < width - 1
      ? cells[at] ?? '' : cells.slice(at).join(','));
    return h('tr', {}, h('th', {scope: 'row', class: 'number'}, line ? count(line) : 'file'),
             shown.map((text, at) => {
               const here = mine.filter((issue) => columnOf(issue) === at);
               return h('td', {class: here.length ? 'wrong' : '', 'data-label': head.cells[at]},
                        h('span', {class: 'cell-text'}, text),
                        here.length > 0 && h('ul', {class: 'said'}, here.map(issueText)));
             }));
  };
  return h('div', {class: 'table', tabindex: '0', role: 'region',
                   'aria-label': 'The lines of the sheet with issues'},
           h('table', {class: 'issues sheet'},
             h('caption', {class: 'unseen'}, 'Issues at their line and cell'),
             h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'Line'),
               head.cells.map((cell) => h('th', {scope: 'col'}, cell.trim() || '–')))),
             h('tbody', {}, lines.map(row))),
           byLine.size > mostLines && h('p', {class: 'note'},
             `and ${count(byLine.size - mostLines)} more lines`));
}

/** The issues as a table; with the sheet's own cells once the file is read. */
export function issueTable(issues, file) {
  const node = h('div', {}, plain(issues));
  if (file && file.size <= mostText && !/\.gz$/i.test(file.name))
    file.text().then((text) => {
      const records = recordsOf(text.replace(/^\ufeff/, ''));
      // UTF-16 and the like are no text here.
      if (records.length > 0 && !text.includes('\u0000'))
        fill(node, grid(issues, records));
    });
  return node;
}

let kept = null;
/** Warnings of a submission, for the job's own screen. */
export function keepWarnings(job, file) {
  kept = job.warnings_total > 0 ? {id: job.id, ...job, file} : null;
}

export function takeWarnings(id) {
  if (kept?.id !== id) return null;
  const {warnings, warnings_total: total, file} = kept;
  kept = null;
  return h('details', {class: 'card calm'}, h('summary', {},
           h('b', {}, plural(total, 'warning')), ' of the sheet'),
           issueTable(warnings, file));
}
