// What a press of a button does at once: it says that it is busy, and the second click of a double click is none.
import { showNotice } from './toast.js';

export function watchActions() {
  const { body } = document;
  body.addEventListener('htmx:beforeRequest', ({ detail: { elt, requestConfig } }) => {
    const submitter = requestConfig.triggeringEvent?.submitter;
    if (elt.matches('form')) (submitter ?? submitOf(elt))?.setAttribute('aria-busy', 'true');
  });
  body.addEventListener('htmx:afterRequest', ({ detail: { elt } }) => {
    for (const button of elt.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
  });
  // The button that has come under the pointer may be another one.
  document.addEventListener(
    'click',
    (event) => {
      const isSubmit = event.target.closest('form[hx-post] button:not([type="button"])');
      if (isSubmit && event.detail > 1) event.preventDefault();
    },
    true,
  );
  // Only what the operator asked for: a refresh by itself is tried again by itself.
  body.addEventListener('htmx:sendError', ({ detail: { requestConfig } }) => {
    if (requestConfig.triggeringEvent?.type === 'ops-refresh') return;
    const text =
      'The server may be stopped. Start it, look in the job history whether this was recorded, then try again.';
    showNotice({ tone: 'bad', title: 'No answer from the server.', text });
  });
}

const submitOf = (form) => form.querySelector('button:not([type="button"])');
