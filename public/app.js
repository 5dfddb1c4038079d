// What the pages do beyond htmx: relative times, the theme switch, the dialog, notices, and what a live update must
// not touch. Every page works without this file.

const seconds = { minute: 60, hour: 3600, day: 86_400 };
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** `2 s ago`, `6 min ago`, `3 h ago`, `yesterday 17:40`, then the date; `in 4 min` for what is to come. */
function wordTime(at, now) {
  const age = (now - at) / 1000;
  const amount = Math.abs(age);
  const span =
    amount < seconds.minute
      ? `${Math.floor(amount)} s`
      : amount < seconds.hour
        ? `${Math.floor(amount / seconds.minute)} min`
        : `${Math.floor(amount / seconds.hour)} h`;
  if (amount < seconds.day) return age >= 0 ? `${span} ago` : `in ${span}`;
  const yesterday = new Date(now - seconds.day * 1000);
  if (date.format(at) === date.format(yesterday)) return `yesterday ${clock.format(at)}`;
  return `${date.format(at)}, ${clock.format(at)}`;
}

function wordTimes(root = document) {
  const now = new Date();
  for (const time of root.querySelectorAll('time[data-ago]')) {
    const text = wordTime(new Date(time.dateTime), now);
    if (time.textContent !== text) time.textContent = text;
  }
}

function showNotice({ tone, title, text }) {
  const icon = { ok: 'check', warn: 'tri', bad: 'cross' }[tone] ?? 'check';
  const toast = document.createElement('div');
  toast.className = `toast ${tone}`;
  toast.dataset.toast = '';
  toast.innerHTML = `<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-${icon}"/></svg><p><b></b> <span></span></p>
    <button class="btn btn-quiet btn-s btn-icon" type="button" data-dismiss aria-label="Dismiss notification"><svg class="i i-s" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-x"/></svg></button>`;
  toast.querySelector('b').textContent = title;
  toast.querySelector('span').textContent = text;
  const toasts = document.getElementById('toasts');
  toasts.append(toast);
  while (toasts.children.length > 3) (toasts.querySelector('.ok') ?? toasts.firstElementChild).remove();
  document.getElementById(tone === 'bad' ? 'say-now' : 'say').textContent = `${title} ${text}`;
  dismissLater(toast);
}

/** A success goes after six seconds without pointer or focus on it; anything else stays until it is dismissed. */
function dismissLater(toast) {
  if (!toast.classList.contains('ok')) return;
  let left = 6000;
  const timer = setInterval(() => {
    if (toast.matches(':hover, :focus-within') || document.hidden) return;
    left -= 500;
    if (left > 0) return;
    clearInterval(timer);
    toast.remove();
  }, 500);
}

const dialog = document.getElementById('dialog');

/** The second click of a double click is none: the button that has come under the pointer may be another one. */
document.addEventListener(
  'click',
  (event) => {
    if (event.detail > 1 && event.target.closest('form[hx-post] button:not([type="button"])'))
      event.preventDefault();
  },
  true,
);

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-close]')) dialog.close();
  event.target.closest('[data-dismiss]')?.closest('[data-toast]').remove();
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !dialog.open) document.getElementById('toasts').lastElementChild?.remove();
});

/** The focused control and its card: if a swap takes the control away, the card's heading has the focus, never the body. */
let focused = null;
document.addEventListener('focusin', ({ target }) => {
  const host = target.closest('[sse-swap]');
  if (host || !dialog.contains(target)) focused = host && { control: target, host };
});
document.addEventListener('mousedown', ({ target, detail }) => {
  if (detail < 2 && !dialog.contains(target)) focused = null;
});

function keepFocus() {
  if (!focused || document.activeElement !== document.body || focused.control.isConnected) return;
  const heading = focused.host.querySelector('[tabindex="-1"]') ?? document.getElementById('main');
  heading.focus({ preventScroll: true });
}

dialog.addEventListener('close', () => {
  dialog.replaceChildren();
  keepFocus();
});

/** Where a dialog begins: at what is wrong, else at the reason, else at the button that changes nothing. */
function focusDialog() {
  const first = ['[aria-invalid="true"]', '#reason', '[data-keep]'];
  const control = first.map((selector) => dialog.querySelector(selector)).find((found) => found);
  control?.focus();
}

/** Reason and word stay typed when other choices change what will happen. */
let typed = [];
document.body.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (detail.target.id === 'dialog-consequences') {
    typed = [...detail.target.querySelectorAll('input.input')].map(({ id, value }) => ({ id, value }));
  }
  const note = detail.target.id === 'note' && dialog.open && dialog.querySelector('[data-note]');
  if (note) detail.target = note;
});

document.body.addEventListener('htmx:afterSwap', ({ detail: { target } }) => {
  if (target === dialog && dialog.childElementCount > 0) {
    if (!dialog.open) dialog.showModal();
    focusDialog();
  }
  for (const { id, value } of typed.splice(0)) {
    const input = document.getElementById(id);
    if (input) input.value = value;
  }
  wordTimes();
  keepFocus();
});
document.body.addEventListener('htmx:sseMessage', (event) => {
  wordTimes(event.target);
  keepFocus();
});
document.body.addEventListener('chl-close', () => dialog.close());
document.body.addEventListener('chl-notice', (event) => showNotice(event.detail));

/** A button whose request is under way says so, and its card waits: the answer must find the form that asked. */
let isHeld = false;
document.body.addEventListener('htmx:beforeRequest', ({ detail: { elt } }) => {
  if (elt.matches('form'))
    elt.querySelector('button:not([type="button"])')?.setAttribute('aria-busy', 'true');
});
document.body.addEventListener('htmx:sseBeforeMessage', (event) => {
  if (!event.target.querySelector('[aria-busy="true"]')) return;
  event.preventDefault();
  isHeld = true;
});
document.body.addEventListener('htmx:afterRequest', ({ detail: { elt } }) => {
  for (const button of elt.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
  if (isHeld && !document.querySelector('[sse-swap] [aria-busy="true"]')) {
    isHeld = false;
    htmx.trigger(document.body, 'ops-refresh');
  }
});

/** Only what the operator asked for: a refresh by itself is tried again by itself. */
document.body.addEventListener('htmx:sendError', ({ detail: { requestConfig } }) => {
  if (requestConfig.triggeringEvent?.type === 'ops-refresh') return;
  const text =
    'The server may be stopped. Start it, look in the job history whether this was recorded, then try again.';
  showNotice({ tone: 'bad', title: 'No answer from the server.', text });
});

/** What the operator has opened or closed stays so when a card is re-rendered. */
if (window.Idiomorph) {
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
    !(name === 'open' && (node.tagName === 'DETAILS' || node.tagName === 'DIALOG'));
}

/** Without the stream the cards are fetched every ten seconds. */
let isLive = false;
document.body.addEventListener('htmx:sseOpen', () => {
  isLive = true;
});
document.body.addEventListener('htmx:sseError', () => {
  isLive = false;
});
setInterval(() => {
  if (!isLive && !document.hidden) htmx.trigger(document.body, 'ops-refresh');
}, 10_000);

document.querySelector('[data-theme-switch]')?.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  event.preventDefault();
  if (button.value) document.documentElement.dataset.theme = button.value;
  else delete document.documentElement.dataset.theme;
  keepForAYear('chl_theme', button.value);
  for (const other of button.form.querySelectorAll('button'))
    other.setAttribute('aria-pressed', other === button);
});

document.getElementById('howto')?.addEventListener('toggle', (event) => {
  keepForAYear('chl_howto', event.target.open ? 'open' : 'closed');
});

function keepForAYear(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=strict`;
}

for (const toast of document.querySelectorAll('[data-toast]')) dismissLater(toast);
wordTimes();
setInterval(wordTimes, 10_000);
