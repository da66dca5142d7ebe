// @ts-check
/** Light or dark: as the system says, unless somebody has chosen. */

import { $, face } from './dom.js';
import { remember, remembered } from './memory.js';

const dark = matchMedia('(prefers-color-scheme: dark)');

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === 'dark' : dark.matches;
}

/** @param {string} theme `light`, `dark`, or nothing for the system's */
export function choose(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  remember({ theme });
  show();
}

function show() {
  face($('theme'), isDark() ? 'sun' : 'moon', isDark() ? 'Use light colours' : 'Use dark colours');
  $('settings-theme').value = document.documentElement.dataset.theme ?? '';
}

export function setUpTheme() {
  choose(remembered().theme ?? '');
  dark.addEventListener('change', show);
  $('theme').onclick = () => choose(isDark() ? 'light' : 'dark');
  $('settings-theme').onchange = () => choose($('settings-theme').value);
}
