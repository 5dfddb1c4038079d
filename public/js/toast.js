// Notices of your actions and of the end of your jobs: shown once, announced once, dismissed automatically on success.
import { syncLocks } from './locks.js';
import { url } from './url.js';

const lifeMs = 6000;
const stepMs = 500;
const maxToasts = 3;
/** A notice that could not be fetched is asked for again: after this time, then after twice as long, up to a minute. */
const retryMinMs = 1000;
const retryMaxMs = 60_000;
const icons = { ok: 'check', warn: 'tri', bad: 'cross' };
/** Session storage key: numbers of the jobs that this tab started and whose end it has not shown yet. */
const key = 'chl-jobs';

/** Jobs that ended before this tab learned that it had started them. */
const endedEarly = new Set();
const maxEndedEarly = 100;
/** Jobs whose notice will be asked for again. */
const retried = new Set();

const toasts = document.getElementById('toasts');

export function watchNotices() {
  document.body.addEventListener('chl-notice', ({ detail }) => {
    showNotice(detail);
    if (!detail.job) return;
    follow(detail.job);
    if (endedEarly.delete(detail.job)) void showEnd(detail.job);
  });
  document.addEventListener('chl:ended', ({ detail }) => void showEnd(detail));
  document.addEventListener('chl:state', ({ detail: { isUp } }) => {
    if (isUp) for (const number of followed()) void showEnd(number);
  });
  document.addEventListener('chl:refused', ({ detail: text }) => {
    showNotice({ tone: 'warn', title: 'No live updates.', text });
  });
  document.addEventListener('click', ({ target }) => {
    target.closest('[data-dismiss]')?.closest('[data-toast]').remove();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !document.querySelector('dialog[open]')) toasts.lastElementChild?.remove();
  });
  for (const toast of toasts.children) {
    if (toast.dataset.job) follow(Number(toast.dataset.job));
    const { tone } = toast.dataset;
    const [title, text] = ['b', 'span'].map((part) => toast.querySelector(`p ${part}`).textContent);
    announce(`${title} ${text}`, tone === 'bad');
    dismissLater(toast);
  }
}

/** `{tone, title, text, job?, about?, undo?: {action, label, fields}}`; `about`: the job to link to, whose end is not awaited.
 *  A notice with `undo` stays until it is dismissed. Returns its element. */
export function showNotice({ tone, title, text, job, about, undo }) {
  const toast = document.getElementById('toast').content.firstElementChild.cloneNode(true);
  toast.classList.add(tone);
  toast.dataset.tone = tone;
  const number = job ?? about;
  if (job) toast.dataset.job = job;
  if (number) toast.querySelector('p').append(' ', linkTo(number));
  toast.querySelector('use').setAttribute('href', `#i-${icons[tone]}`);
  toast.querySelector('b').textContent = title;
  toast.querySelector('span').textContent = text;
  const form = toast.querySelector('form');
  if (undo) {
    form.setAttribute('hx-post', undo.action);
    form.querySelector('button').textContent = undo.label;
    for (const [name, value] of Object.entries(undo.fields ?? {})) {
      form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
    }
  } else form.remove();
  toasts.append(toast);
  htmx.process(toast);
  syncLocks();
  while (toasts.children.length > maxToasts)
    (toasts.querySelector('.ok') ?? toasts.firstElementChild).remove();
  announce(`${title} ${text}`, tone === 'bad');
  dismissLater(toast);
  return toast;
}

function linkTo(number) {
  return Object.assign(document.createElement('a'), {
    href: url(`/jobs/${number}`),
    textContent: `Open #${number}`,
  });
}

/** Announces a text to screen readers, politely or urgently; a repeated text is announced again. */
export function announce(text, isUrgent = false) {
  const region = document.getElementById(isUrgent ? 'say-now' : 'say');
  region.textContent = '';
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/** Removes a success after it was in view for six seconds without pointer or focus; a notice with a form stays. */
function dismissLater(toast) {
  toast.querySelector('[hx-post]')?.addEventListener('htmx:afterRequest', () => toast.remove());
  if (!toast.matches('.ok') || toast.querySelector('form')) return;
  let left = lifeMs;
  const timer = setInterval(() => {
    if (toast.matches(':hover, :focus-within') || document.hidden || isBehindDialog()) return;
    left -= stepMs;
    if (left > 0) return;
    clearInterval(timer);
    toast.remove();
  }, stepMs);
}

const isBehindDialog = () => document.querySelector('dialog[open]') !== null;

function followed() {
  return JSON.parse(sessionStorage.getItem(key) ?? '[]');
}

function follow(number) {
  sessionStorage.setItem(key, JSON.stringify([...new Set([...followed(), number])]));
}

function rememberEnd(number) {
  endedEarly.add(number);
  if (endedEarly.size > maxEndedEarly) endedEarly.delete(endedEarly.values().next().value);
}

/** Shows the end of a job once, in the tab that started it, in place of the notice of its start. A job that is gone has no
 *  notice. */
async function showEnd(number, retryMs = retryMinMs) {
  if (!followed().includes(number)) return rememberEnd(number);
  const answer = await fetchNotice(number);
  if (answer === null) return retryLater(number, retryMs);
  if (answer.status === 204 || !followed().includes(number)) return;
  const left = followed().filter((other) => other !== number);
  sessionStorage.setItem(key, JSON.stringify(left));
  if (!answer.notice || !(await isOurs(number))) return;
  const replaced = toasts.querySelector(`[data-job="${number}"]`);
  const hadFocus = replaced?.contains(document.activeElement);
  replaced?.remove();
  const shown = showNotice({ ...answer.notice, about: number });
  if (hadFocus) shown.querySelector('a').focus();
}

/** Null when it did not arrive whole. */
async function fetchNotice(number) {
  try {
    const answer = await fetch(url(`/ui/jobs/${number}/notice`));
    const { status } = answer;
    if (status >= 500 || status === 429) return null;
    return { status, notice: status === 200 ? await answer.json() : null };
  } catch {
    return null;
  }
}

function retryLater(number, retryMs) {
  if (retried.has(number)) return;
  retried.add(number);
  setTimeout(() => {
    retried.delete(number);
    void showEnd(number, Math.min(retryMs * 2, retryMaxMs));
  }, retryMs);
}

/** A duplicated tab follows the same jobs: the first that has the notice shows it, and keeps others from it while its page
 *  is open. */
function isOurs(number) {
  if (!navigator.locks) return true;
  return new Promise((resolve) => {
    void navigator.locks.request(`chl-notice-${number}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise(() => {});
    });
  });
}
