// The service's routes. The token is kept for this tab alone, and goes into the
// field Authorization and nowhere else.

const key = 'pixmill-token';

export const token = {
  get: () => sessionStorage.getItem(key),
  set: (text) => sessionStorage.setItem(key, text),
  drop: () => sessionStorage.removeItem(key),
};

/** An answer other than 2xx, as its problem document tells it. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || `status ${status}`);
    this.status = status;
    this.code = body.code ?? '';
    this.title = body.title ?? '';
    this.detail = body.detail ?? '';
    this.body = body;
  }
  /** The server has no such route: it is older, or has this part left out. */
  get missing() {
    return this.status === 404 && this.code === 'no-such-route';
  }
}

/** The server did not answer. */
export class Unreachable extends Error {}

let asked = () => {};
/** Calls `then` when a token is wanted. */
export function onTokenWanted(then) {
  asked = then;
}

export function fields(more = {}) {
  const secret = token.get();
  return secret ? {...more, Authorization: `Bearer ${secret}`} : more;
}

export async function problemOf(answer) {
  let body = {};
  try {
    body = await answer.json();
  } catch {
    // Not one of ours: a proxy in between may have said it.
  }
  return new Problem(answer.status, body);
}

/** Asks; throws what is no 2xx. */
export async function ask(path, {method = 'GET', body, signal, headers} = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method, body, signal, headers: fields(headers), cache: 'no-cache',
      redirect: 'error', credentials: 'omit',
    });
  } catch (reason) {
    if (reason.name === 'AbortError') throw reason;
    throw new Unreachable('The server does not answer');
  }
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (problem.status === 401) asked(problem);
  throw problem;
}

export async function get(path, signal) {
  return (await ask(path, {signal})).json();
}

/** Posts a JSON body; what comes back, or null. */
export async function post(path, value, signal) {
  const answer = await ask(path, {
    method: 'POST', signal, body: JSON.stringify(value ?? {}),
    headers: {'Content-Type': 'application/json'},
  });
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

export async function remove(path) {
  await ask(path, {method: 'DELETE'});
}

/** `path?a=1&b=2`, without what is empty. */
export function url(path, query = {}) {
  const text = new URLSearchParams(
    Object.entries(query).filter(([, x]) => x !== '' && x !== null
                                            && x !== undefined)).toString();
  return text ? `${path}?${text}` : path;
}

/** The events of a stream: calls `tell(name, data)` for each until it ends. */
export async function events(path, tell, signal) {
  const answer = await ask(path, {
    signal, headers: {Accept: 'text/event-stream'},
  });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    held += value;
    let cut;
    while ((cut = held.indexOf('\n\n')) >= 0) {
      const lines = held.slice(0, cut).split('\n');
      held = held.slice(cut + 2);
      let name = 'message', data = '';
      for (const line of lines) {
        if (line.startsWith('event: ')) name = line.slice(7);
        else if (line.startsWith('data: ')) data += line.slice(6);
      }
      if (data) tell(name, JSON.parse(data));
    }
  }
}

/** Saves what a route answers. Without a token the browser does it by itself;
    with one only we can ask. */
export async function download(path, name) {
  const link = document.createElement('a');
  link.download = name;
  if (!token.get()) {
    link.href = path;
    link.click();
    return;
  }
  const blob = await (await ask(path)).blob();
  link.href = URL.createObjectURL(blob);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Sends a form, and tells how much of it is sent. */
export function upload(path, form, headers, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    for (const [name, value] of Object.entries(fields(headers)))
      request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener('error', () =>
      reject(new Unreachable('The server does not answer')));
    request.addEventListener('load', () => {
      let body = {};
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // As in problemOf.
      }
      if (request.status >= 200 && request.status < 300) return resolve(body);
      const problem = new Problem(request.status, body);
      if (problem.status === 401) asked(problem);
      reject(problem);
    });
    request.send(form);
  });
}
