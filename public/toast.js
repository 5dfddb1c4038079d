// Notices of what you did, and of the end of your jobs: shown once, read out once, gone by themselves when all went well.
import { url } from './url.js';

const lifeMs = 6000;
const stepMs = 500;
const shownMax = 3;
const icons = { ok: 'check', warn: 'tri', bad: 'cross' };
/** Numbers of the jobs that this tab has started and whose end it has not told. */
const key = 'chl-jobs';

/** Jobs that ended before the answer came that says they are ours. */
const endedEarly = new Set();
const endedEarlyMax = 100;

const toasts = document.getElementById('toasts');

export function watchNotices() {
  document.body.addEventListener('chl-notice', ({ detail }) => {
    showNotice(detail);
    if (!detail.job) return;
    follow(detail.job);
    if (endedEarly.delete(detail.job)) void tellEnd(detail.job);
  });
  document.addEventListener('chl:ended', ({ detail }) => void tellEnd(detail));
  document.addEventListener('chl:state', ({ detail: isUp }) => {
    if (isUp) for (const number of followed()) void tellEnd(number);
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
    announce(toast.querySelector('p').textContent, tone === 'bad');
    dismissLater(toast);
  }
}

/** `{tone, title, text, job?, undo?: {action, label, fields}}`; what can be undone stays until it is dismissed. */
export function showNotice({ tone, title, text, job, undo }) {
  const toast = document.getElementById('toast').content.firstElementChild.cloneNode(true);
  toast.classList.add(tone);
  toast.dataset.tone = tone;
  if (job) toast.dataset.job = job;
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
  while (toasts.children.length > shownMax)
    (toasts.querySelector('.ok') ?? toasts.firstElementChild).remove();
  announce(`${title} ${text}`, tone === 'bad');
  dismissLater(toast);
}

/** Reads a sentence out: politely, or at once. The same sentence twice is read twice. */
export function announce(text, isUrgent = false) {
  const region = document.getElementById(isUrgent ? 'say-now' : 'say');
  region.textContent = '';
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/** A success goes after six seconds without pointer or focus on it; what asks for a decision stays. */
function dismissLater(toast) {
  toast.querySelector('[hx-post]')?.addEventListener('htmx:afterRequest', () => toast.remove());
  if (!toast.matches('.ok') || toast.querySelector('form')) return;
  let left = lifeMs;
  const timer = setInterval(() => {
    if (toast.matches(':hover, :focus-within') || document.hidden) return;
    left -= stepMs;
    if (left > 0) return;
    clearInterval(timer);
    toast.remove();
  }, stepMs);
}

function followed() {
  return JSON.parse(sessionStorage.getItem(key) ?? '[]');
}

function follow(number) {
  sessionStorage.setItem(key, JSON.stringify([...new Set([...followed(), number])]));
}

function rememberEnd(number) {
  endedEarly.add(number);
  if (endedEarly.size > endedEarlyMax) endedEarly.delete(endedEarly.values().next().value);
}

/** The end of a job is told by the tab that started it, once: it is forgotten before it is asked for. */
async function tellEnd(number) {
  if (!followed().includes(number)) return rememberEnd(number);
  const answer = await fetch(url(`/ui/jobs/${number}/notice`)).catch(() => null);
  if (!answer?.ok || answer.status === 204 || !followed().includes(number)) return;
  const left = followed().filter((other) => other !== number);
  sessionStorage.setItem(key, JSON.stringify(left));
  toasts.querySelector(`[data-job="${number}"]`)?.remove();
  showNotice(await answer.json());
}
