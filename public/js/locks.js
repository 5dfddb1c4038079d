// Locks the controls that change something while maintenance makes the server read-only, and unlocks them at its end. The banner,
// which is live, says why. Fields keep what was typed.

const cause = 'maintenance';

export function watchLocks() {
  syncLocks();
  document.addEventListener('chl:swapped', syncLocks);
}

/** Controls with `data-local` work without a request in a browser that runs this. */
export function syncLocks() {
  const why = document.querySelector('[data-refuses]')?.dataset.refuses;
  for (const control of document.querySelectorAll('[data-changes]')) {
    if (why && !control.matches('[data-local]')) lock(control, why);
    else unlock(control);
  }
  for (const text of document.querySelectorAll('[data-why-held]')) {
    if (text.textContent !== (why ?? '')) text.textContent = why ?? '';
  }
}

function lock(control, why) {
  if (control.dataset.locked === cause && control.title === why) return;
  control.dataset.locked = cause;
  control.title = why;
  control.setAttribute('aria-disabled', 'true');
  control.setAttribute('aria-description', why);
}

function unlock(control) {
  if (control.dataset.locked !== cause) return;
  if (control.title === control.getAttribute('aria-description')) control.removeAttribute('title');
  if (control.getAttribute('formmethod') === 'dialog') control.removeAttribute('formmethod');
  for (const name of ['data-locked', 'aria-disabled', 'aria-description']) control.removeAttribute(name);
}
