// The switch, the slider and the number of a flag say the same. Says how many flags of the form are changed and not saved.
import { changedFields } from './unsaved.js';

const rowOf = (control) => control.closest('.flag');

/** Gives the other controls of the row the value of the one that was changed. */
function follow({ target }) {
  const row = rowOf(target);
  if (!row || target.type === 'hidden') return show();
  const toggle = row.querySelector('[role="switch"]');
  const slider = row.querySelector('[type="range"]');
  const number = row.querySelector('.input');
  if (target === slider) number.value = slider.value;
  if (target === number && /^\d{1,3}$/.test(number.value)) slider.value = number.value;
  if (target === toggle && toggle.checked && Number(number.value) === 0) {
    number.value = toggle.dataset.preset;
    slider.value = number.value;
  }
  if (target === slider || target === number) toggle.checked = Number(number.value) !== 0;
  row.querySelector('[data-word]').textContent = toggle.checked ? 'On' : 'Off';
  return show();
}

function show() {
  const form = document.getElementById('flags');
  const count = new Set(changedFields(form).map(rowOf).filter(Boolean)).size;
  const state = document.getElementById('flags-state');
  const save = form.querySelector('.card-foot button');
  const flags = count === 1 ? '1 flag' : `${count} flags`;
  state.dataset.rest ??= state.textContent;
  state.textContent =
    count === 0 ? state.dataset.rest : `${flags} ${count === 1 ? 'is' : 'are'} changed and not saved.`;
  if (!save.hasAttribute('aria-disabled')) save.textContent = count === 0 ? 'Save' : `Save ${flags}`;
}

document.addEventListener('input', follow);
document.addEventListener('chl:swapped', show);
show();
