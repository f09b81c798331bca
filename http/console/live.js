// What keeps a screen up to date, and lets it rest: nothing is asked while the
// page is hidden or frozen, and nothing after the screen is left.

import {Problem} from './api.js';

const slowest = 30_000;

export const frozen = new EventTarget();
let isFrozen = false;

export function freeze(on) {
  isFrozen = on;
  frozen.dispatchEvent(new Event('change'));
}

export function nowFrozen() {
  return isFrozen;
}

function resting() {
  return document.hidden || isFrozen;
}

function wakeUp(signal) {
  return new Promise((resolve) => {
    const look = () => {
      if (!signal.aborted && resting()) return;
      document.removeEventListener('visibilitychange', look);
      frozen.removeEventListener('change', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    frozen.addEventListener('change', look);
    signal.addEventListener('abort', look);
    look();
  });
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, {once: true});
  });
}

/** What is refused for good: asking again brings nothing. */
function final(reason) {
  return reason instanceof Problem
         && [401, 403, 404, 410].includes(reason.status);
}

/** Calls `load` now and `ms` after each end of it. `failed(reason)` is told
    what goes wrong; what may pass is tried again, ever more slowly. */
export async function every(ms, load, {signal, failed}) {
  let wait = ms;
  while (!signal.aborted) {
    try {
      await load();
      wait = ms;
    } catch (reason) {
      if (signal.aborted) return;
      failed(reason);
      if (final(reason)) return;
      wait = Math.min(Math.max(wait, 1_000) * 2, slowest);
    }
    await pause(wait, signal);
    await wakeUp(signal);
  }
}

/** Keeps a stream open while the page is looked at: `open(signal)` ends when
    the stream does, and returns whether it is to be opened again. */
export async function stream(open, {signal, failed}) {
  let wait = 1_000;
  while (!signal.aborted) {
    await wakeUp(signal);
    if (signal.aborted) return;
    const cut = new AbortController();
    const stop = () => (signal.aborted || resting()) && cut.abort();
    document.addEventListener('visibilitychange', stop);
    frozen.addEventListener('change', stop);
    signal.addEventListener('abort', stop);
    try {
      if (!(await open(cut.signal))) return;
      wait = 1_000;
    } catch (reason) {
      if (signal.aborted) return;
      if (!cut.signal.aborted) {
        failed(reason);
        if (final(reason)) return;
        wait = Math.min(wait * 2, slowest);
      }
    } finally {
      document.removeEventListener('visibilitychange', stop);
      frozen.removeEventListener('change', stop);
      signal.removeEventListener('abort', stop);
    }
    if (!cut.signal.aborted) await pause(wait, signal);
  }
}
