// How numbers and times read.

const whole = new Intl.NumberFormat('en');
const oneDigit = new Intl.NumberFormat(
  'en', {minimumFractionDigits: 1, maximumFractionDigits: 1});

export const none = '–';

export function count(x) {
  return x === null || x === undefined ? none : whole.format(x);
}

export function decimal(x) {
  if (x === null || x === undefined) return none;
  return Math.abs(x) >= 100 ? whole.format(Math.round(x)) : oneDigit.format(x);
}

/** 1 kB is 1000 bytes. */
export function bytes(x) {
  if (x === null || x === undefined) return none;
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let at = 0;
  while (Math.abs(x) >= 999.5 && at < units.length - 1) {
    x /= 1000;
    ++at;
  }
  return `${at > 0 && x < 99.95 ? oneDigit.format(x)
                                : whole.format(Math.round(x))} ${units[at]}`;
}

export function percent(ratio) {
  if (ratio === null || ratio === undefined) return none;
  return `${oneDigit.format(ratio * 100)} %`;
}

/** How much lighter: 0.5 of nothing is nothing. */
export function saved(before, after) {
  return before > 0 && after > 0 ? percent(1 - after / before) : none;
}

export function span(seconds) {
  if (seconds === null || seconds === undefined) return none;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10 && seconds % 1 !== 0) return `${oneDigit.format(seconds)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const two = (n, unit, rest, small) =>
    (rest ? `${n} ${unit} ${rest} ${small}` : `${n} ${unit}`);
  if (s < 3600) return two(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86400)
    return two(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min');
  return two(Math.floor(s / 86400), 'd', Math.floor((s % 86400) / 3600), 'h');
}

export function ago(text) {
  if (!text) return none;
  const seconds = (Date.now() - Date.parse(text)) / 1000;
  if (seconds < 5) return 'just now';
  return `${span(Math.round(seconds)).replace(/(\D) \d+ (s|min|h)$/, '$1')} ago`;
}

export function clock(text) {
  if (!text) return none;
  return new Date(text).toLocaleTimeString('en-GB');
}

export function moment(text) {
  if (!text) return none;
  const when = new Date(text);
  const day = when.toDateString() === new Date().toDateString()
    ? '' : when.toLocaleDateString('en-GB', {day: 'numeric', month: 'short'}) + ' ';
  return day + when.toLocaleTimeString('en-GB');
}

export function words(state) {
  return String(state ?? '').replaceAll('_', ' ');
}

/** `2 images`, `1 image`. */
export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** An id that fits a table; its end tells it from others. */
export function short(id) {
  return id && id.length > 14 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id ?? none;
}

/** The end of a path, which is what tells pictures apart. */
export function tail(url) {
  try {
    const {host, pathname} = new URL(url);
    return {host, name: decodeURIComponent(
      pathname.split('/').filter(Boolean).pop() ?? '') || host};
  } catch {
    return {host: '', name: url ?? ''};
  }
}
