// Buttons, and links that load a dialog or a card: busy while their request runs, and the second click of a double click is
// ignored.
import { showNotice } from './toast.js';

export function watchActions() {
  const { body } = document;
  body.addEventListener('htmx:beforeRequest', ({ detail: { elt, requestConfig } }) => {
    const submitter = requestConfig.triggeringEvent?.submitter;
    const control = elt.matches('form')
      ? (submitter ?? submitOf(elt))
      : elt.matches('a, button')
        ? elt
        : null;
    control?.setAttribute('aria-busy', 'true');
  });
  body.addEventListener('htmx:afterRequest', ({ detail: { elt } }) => {
    for (const control of [elt, ...elt.querySelectorAll('[aria-busy]')]) control.removeAttribute('aria-busy');
  });
  // The first click may have moved another button under the pointer.
  document.addEventListener(
    'click',
    (event) => {
      const locked = event.target.closest('[data-locked]');
      if (locked) refuse(event, locked);
      const isSubmit = event.target.closest('form[hx-post] button:not([type="button"])');
      if (isSubmit && event.detail > 1) event.preventDefault();
    },
    true,
  );
  document.addEventListener('keydown', (event) => {
    const locked = event.key === 'Enter' && event.target.closest('a[data-locked]');
    if (locked) refuse(event, locked);
  });
  // The refusal of a form may be far above its button.
  body.addEventListener('htmx:afterSwap', ({ detail: { target } }) => {
    if (target?.id === 'note') target.scrollIntoView({ block: 'nearest' });
  });
  // An automatic refresh is retried without a notice.
  body.addEventListener('htmx:sendError', ({ detail: { requestConfig } }) => {
    if (isAutomatic(requestConfig.triggeringEvent)) return;
    const text =
      'The server may have stopped. Start it, check the job history for this action, then try again.';
    showNotice({ tone: 'bad', title: 'No answer from the server.', text });
  });
}

/** The control is beyond the reader's role, or maintenance holds it; its title says so. */
function refuse(event, { title: text, dataset }) {
  event.preventDefault();
  event.stopImmediatePropagation();
  const title = dataset.locked === 'maintenance' ? 'Not possible now.' : 'Not allowed.';
  showNotice({ tone: 'warn', title, text });
}

const submitOf = (form) => form.querySelector('button:not([type="button"])');

/** A refresh of the page, after an event of the stream, or at an interval, which has no event. */
function isAutomatic(cause) {
  return !cause || cause.type === 'ops-refresh' || cause.type.startsWith('sse:');
}
