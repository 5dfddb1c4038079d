// Single-key shortcuts: they navigate and show, and never start or stop anything. They are ignored while a field or a
// dialog has the focus, and can be switched off.
import { holdUpdates, isHeld, refreshAll } from './hold.js';
import { keep, nextTheme } from './preferences.js';

const goMs = 1500;
let isGoing = false;

const actions = {
  '?': () => document.getElementById('show-keys')?.click(),
  r: refreshAll,
  h: () => document.querySelector('[data-hold]') && holdUpdates(!isHeld()),
  t: nextTheme,
  '/': () => document.querySelector('main [type="search"]')?.focus(),
  j: () => step(1),
  k: () => step(-1),
  x: () => document.activeElement.closest('tr')?.querySelector('.act a, .act button')?.focus(),
  g: () => {
    isGoing = true;
    setTimeout(() => {
      isGoing = false;
    }, goMs);
  },
};

export function watchKeys() {
  document.addEventListener('keydown', (event) => {
    if (!areKeysOn() || isBusyElsewhere(event)) return;
    const page = isGoing && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    isGoing = false;
    if (page) return page.click();
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
    if (!action) return undefined;
    event.preventDefault();
    return action();
  });
  document.addEventListener('change', ({ target }) => {
    if (!target.matches('[data-keys-switch]')) return;
    document.documentElement.dataset.keys = target.checked ? 'on' : 'off';
    keep('chl_keys', target.checked ? 'on' : 'off');
  });
}

/** Also for other modules that handle single keys. */
export function areKeysOn() {
  return document.documentElement.dataset.keys !== 'off';
}

/** Whether a key press belongs to a field, a dialog or the browser. */
export function isBusyElsewhere({ target, ctrlKey, altKey, metaKey, isComposing }) {
  return (
    ctrlKey ||
    altKey ||
    metaKey ||
    isComposing ||
    target.matches('input, textarea, select, [contenteditable]') ||
    document.querySelector('dialog[open]') !== null
  );
}

/** Focuses the next or the previous job of the list. */
function step(by) {
  const links = [...document.querySelectorAll('.jobs a.name')];
  const row = document.activeElement.closest('tbody');
  const at = links.findIndex((link) => link.closest('tbody') === row);
  const next = at < 0 ? links[by > 0 ? 0 : links.length - 1] : links[at + by];
  next?.focus();
}
