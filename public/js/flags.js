// The switch, the slider and the number of a flag say the same, and a button gives them their defaults. Says how many flags
// of the form are changed and not saved.
import { changedFields } from './unsaved.js';

const rowOf = (control) => control.closest('.flag');

const controlsOf = (row) => ({
  toggle: row.querySelector('[role="switch"]'),
  slider: row.querySelector('[type="range"]'),
  number: row.querySelector('.input'),
});

/** Gives the other controls of the row the value of the one that was changed. */
function follow({ target }) {
  const row = rowOf(target);
  if (!row || target.type === 'hidden') return show();
  const { toggle, slider, number } = controlsOf(row);
  if (target === slider) number.value = slider.value;
  if (target === number && /^\d{1,3}$/.test(number.value)) slider.value = number.value;
  if (target === toggle && toggle.checked && Number(number.value) === 0) {
    number.value = toggle.dataset.preset;
    slider.value = number.value;
  }
  if (target === slider || target === number) toggle.checked = Number(number.value) !== 0;
  return show();
}

/** Shows the default, which is saved as everything else. The button goes away then. */
function chooseDefault({ target }) {
  const button = target.closest?.('[data-default]');
  if (!button) return;
  const { toggle, slider, number } = controlsOf(rowOf(button));
  toggle.checked = button.dataset.on === 'true';
  number.value = button.dataset.default;
  slider.value = number.value;
  toggle.focus();
  show();
}

function showRow(row) {
  const { toggle, number } = controlsOf(row);
  row.querySelector('[data-word]').textContent = toggle.checked ? 'On' : 'Off';
  const button = row.querySelector('[data-default]');
  if (button)
    button.hidden = String(toggle.checked) === button.dataset.on && number.value === button.dataset.default;
}

function show() {
  const form = document.getElementById('flags');
  for (const row of form.querySelectorAll('.flag')) showRow(row);
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
document.addEventListener('click', chooseDefault);
document.addEventListener('chl:swapped', show);
show();
