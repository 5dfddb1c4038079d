// Asks before a page is left on which a form has values that are not saved. A form with data-unsaved is such a form; with
// data-unsaved="typed" it shows what was typed and refused.
import { isEdited } from './hold.js';

/** Forms whose values are saved or given up. */
const done = new WeakSet();

export function watchUnsaved() {
  addEventListener('beforeunload', (event) => {
    const forms = [...document.querySelectorAll('form[data-unsaved]')];
    if (forms.some((form) => !done.has(form) && hasUnsaved(form))) event.preventDefault();
  });
  document.addEventListener('submit', (event) => {
    if (!event.defaultPrevented) done.add(event.target);
  });
  document.addEventListener('click', ({ target }) => {
    const form = target.closest?.('[data-discard]')?.closest('form');
    if (form) done.add(form);
  });
  document.body.addEventListener('htmx:beforeOnLoad', ({ detail: { elt, xhr } }) => {
    const form = elt.closest('form');
    if (form && xhr.getResponseHeader('HX-Redirect') && xhr.status < 400) done.add(form);
  });
}

/** The fields whose values differ from what is stored. A form that changes stored values has that in its `was:` fields. */
export function changedFields(form) {
  return [...form.elements].filter((field) => {
    if (!field.name || field.type === 'hidden' || (field.type === 'radio' && !field.checked)) return false;
    const was = form.elements.namedItem(`was:${field.name}`);
    return was ? sentValue(field) !== was.value : isEdited(field);
  });
}

/** A box that is not ticked is sent as `false`, or not at all. */
const sentValue = ({ type, checked, value }) => (type === 'checkbox' ? String(checked) : value);

const hasUnsaved = (form) => form.dataset.unsaved === 'typed' || changedFields(form).length > 0;
