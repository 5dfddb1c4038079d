// Says how many values of the form are changed and not saved. A refused form replaces the former one.
import { changedFields } from './unsaved.js';

function show() {
  const form = document.getElementById('limits');
  const count = changedFields(form).length;
  const state = document.getElementById('limits-state');
  const save = form.querySelector('.actionbar button');
  const values = count === 1 ? '1 value' : `${count} values`;
  state.dataset.rest ??= state.textContent;
  state.textContent =
    count === 0 ? state.dataset.rest : `${values} ${count === 1 ? 'is' : 'are'} changed and not saved.`;
  if (!save.hasAttribute('aria-disabled')) save.textContent = count === 0 ? 'Save' : `Save ${values}`;
}

document.addEventListener('input', show);
document.addEventListener('chl:swapped', show);
show();
