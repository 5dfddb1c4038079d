// The page's one dialog: opens when content is loaded into it, focuses the most important control, and is emptied on close.
import { keepFocus } from './focus.js';

const dialog = document.getElementById('dialog');
/** The typed reason and confirmation word, kept while another option replaces the consequences. */
let typed = [];

export function watchDialog() {
  const { body } = document;
  body.addEventListener('htmx:beforeSwap', ({ detail }) => {
    if (detail.target.id === 'dialog-consequences') {
      typed = [...detail.target.querySelectorAll('input.input')].map(({ id, value }) => ({ id, value }));
    }
    const note = detail.target.id === 'note' && dialog.open && dialog.querySelector('[data-note]');
    if (note) detail.target = note;
  });
  body.addEventListener('htmx:afterSwap', ({ detail: { target } }) => {
    if (target === dialog && dialog.childElementCount > 0) open();
    for (const { id, value } of typed.splice(0)) {
      const input = document.getElementById(id);
      if (input) input.value = value;
    }
    lockSubmit();
  });
  body.addEventListener('chl-close', () => dialog.close());
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-close]')) dialog.close();
    if (event.target.closest('#dialog-submit[aria-disabled="true"]')) {
      event.preventDefault();
      missing()[0]?.focus();
    }
  });
  dialog.addEventListener('input', lockSubmit);
  // After locks.js, which may have unlocked it.
  document.addEventListener('chl:swapped', lockSubmit);
  dialog.addEventListener('submit', preventEarly, true);
  dialog.addEventListener('close', () => {
    dialog.replaceChildren();
    keepFocus();
  });
}

function open() {
  if (!dialog.open) dialog.showModal();
  const first = ['[aria-invalid="true"]', '#reason', '[data-keep]'];
  first
    .map((selector) => dialog.querySelector(selector))
    .find((control) => control)
    ?.focus();
}

/** The fields that a destructive run still requires; the server checks them again. */
function missing() {
  const reason = dialog.querySelector('#reason');
  const word = dialog.querySelector('#confirm');
  return [
    reason && reason.value.trim().length < Number(reason.dataset.minReason) ? reason : null,
    word && word.value.trim() !== word.dataset.word ? word : null,
  ].filter((field) => field);
}

function lockSubmit() {
  const button = dialog.querySelector('#dialog-submit');
  if (!button || button.matches('[data-locked]')) return;
  if (missing().length > 0) button.setAttribute('aria-disabled', 'true');
  else button.removeAttribute('aria-disabled');
}

/** Enter in a field does not submit an unconfirmed form. */
function preventEarly(event) {
  const [field] = missing();
  if (!field) return;
  event.preventDefault();
  event.stopPropagation();
  field.focus();
}
