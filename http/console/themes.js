// Dark and light: the system's, until somebody chooses.

import {icon} from './dom.js';
import {iconButton} from './ui.js';
import {repaint} from './charts.js';

const system = matchMedia('(prefers-color-scheme: dark)');
let shown = null;

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : system.matches;
}

function tell() {
  shown?.replaceChildren(icon(isDark() ? 'sun' : 'moon'));
  repaint();
}

export function switchTheme() {
  const next = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  localStorage.setItem('pixmill-theme', next);
  tell();
}

export function themeButton() {
  shown = iconButton('Dark or light (\\)', isDark() ? 'sun' : 'moon', switchTheme);
  return shown;
}

system.addEventListener('change', tell);
