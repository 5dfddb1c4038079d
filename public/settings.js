// Says how many values of the form are changed and not saved.

const form = document.getElementById('limits');
const state = document.getElementById('limits-state');
const save = form.querySelector('.actionbar button');
const atRest = state.textContent;

const isChanged = (field) => {
  const was = form.elements.namedItem(`was:${field.name}`);
  return was !== null && field.value !== was.value;
};

function show() {
  const count = [...form.elements].filter((field) => field.name && isChanged(field)).length;
  const values = count === 1 ? '1 value' : `${count} values`;
  state.textContent = count === 0 ? atRest : `${values} ${count === 1 ? 'is' : 'are'} changed and not saved.`;
  if (!save.hasAttribute('aria-disabled')) save.textContent = count === 0 ? 'Save' : `Save ${values}`;
}

form.addEventListener('input', show);
show();
