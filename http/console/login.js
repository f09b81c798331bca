// The token: asked for when the service wants one, kept for this tab alone.

import {h, icon, fill} from './dom.js';
import {token, get} from './api.js';
import {notice} from './ui.js';

export function login(root, why, done) {
  const said = h('div', {});
  const input = h('input', {type: 'password', id: 'token', name: 'token',
                            autocomplete: 'current-password', required: true,
                            spellcheck: 'false', placeholder: 'pxm_…',
                            'aria-describedby': 'token-hint'});
  const enter = h('button', {type: 'submit', class: 'button primary'},
                  h('span', {}, 'Sign in'));
  const form = h('form', {on: {submit}},
                 h('label', {for: 'token'}, 'API token'), input,
                 h('p', {class: 'note', id: 'token-hint'},
                   'Kept in this tab until it is closed. Make one on the server with ',
                   h('code', {}, 'pixmill token new --scope submit,read,admin'), '.'),
                 said, enter);
  async function submit(event) {
    event.preventDefault();
    enter.disabled = true;
    token.set(input.value.trim());
    try {
      await get('/v1/jobs?limit=1');
      done();
    } catch (reason) {
      if (reason.status === 403) return done(); // Other scopes than read.
      token.drop();
      fill(said, notice('bad', reason.status === 401
        ? 'The service does not know this token, or it has expired.'
        : reason.message));
      input.select();
    } finally {
      enter.disabled = false;
    }
  }
  document.title = 'Sign in · Pixmill';
  fill(root, h('main', {class: 'login', id: 'main', tabindex: '-1'},
               h('div', {class: 'login-card'},
                 h('img', {src: '/console/icon.svg', alt: '', width: '44',
                           height: '44'}),
                 h('h1', {}, 'Sign in to Pixmill'),
                 why && notice('warn', why), form)));
  input.focus();
}
