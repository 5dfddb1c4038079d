// Says whether the page is fresh: the pill in the header, the age of a card that is not, and the fetching of cards every
// ten seconds while the stream does not come.
import { holdUpdates, hosts, isHeld, refreshAll } from './hold.js';
import { announce } from './toast.js';

const delayedMs = 12_000;
const offlineMs = 30_000;
const fetchEveryMs = 10_000;
const icons = { ok: 'live', hold: 'pause', warn: 'tri', bad: 'unplug' };

const pill = document.getElementById('conn');
/** Null until the stream has come or failed for the first time. */
let isUp = null;
let heardAt = performance.now();
let fetchedAt = 0;
/** When each card was last known to be as the server has it. */
const freshAt = new Map();
let shown = '';

export function watchConnection() {
  if (!document.querySelector('[sse-connect]')) return;
  for (const host of hosts()) freshAt.set(host, new Date());
  document.addEventListener('chl:state', ({ detail }) => {
    isUp = detail;
    if (isUp) hear();
    show();
  });
  document.addEventListener('chl:heard', hear);
  document.addEventListener('chl:hold', showHold);
  document.addEventListener('chl:swapped', stampCards);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && isUp) heardAt = performance.now();
    show();
  });
  document.body.addEventListener('htmx:afterRequest', ({ detail: { elt, successful } }) => {
    if (!successful || !elt.matches('[sse-swap]')) return;
    fetchedAt = performance.now();
    markFresh(elt);
    show();
  });
  document.addEventListener('click', ({ target }) => {
    if (target.closest('[data-hold]')) holdUpdates(!isHeld());
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('[data-refresh]')) return;
    event.preventDefault();
    refreshAll();
  });
  setInterval(show, 1000);
  setInterval(fetchCards, fetchEveryMs);
}

function hear() {
  heardAt = performance.now();
  for (const host of hosts()) markFresh(host);
}

function markFresh(host) {
  if (!('held' in host.dataset)) freshAt.set(host, new Date());
}

/** What the stream would bring, had it come. */
function fetchCards() {
  if (isUp && performance.now() - heardAt < delayedMs) return;
  if (!document.hidden) htmx.trigger(document.body, 'ops-refresh');
}

function show() {
  stampCards();
  const { tone, word, rest } = describe();
  const text = `${word}${rest}`;
  if (text === shown) return;
  if (shown && (tone === 'bad') !== pill.classList.contains('bad')) {
    announce(tone === 'bad' ? 'Offline. The numbers may be old.' : 'Live again.');
  }
  shown = text;
  pill.className = `conn ${tone}`;
  pill.querySelector('use').setAttribute('href', `#i-${icons[tone]}`);
  pill.querySelector('b').textContent = word;
  pill.querySelector('b + span').textContent = rest;
}

function describe() {
  const now = performance.now();
  const silentMs = now - heardAt;
  const age = Math.floor(silentMs / 1000);
  if (isHeld()) return { tone: 'hold', word: 'Held', rest: ' · press R to refresh' };
  if (isUp === null) return { tone: 'ok', word: 'Connecting', rest: '' };
  if (!isUp && now - fetchedAt < fetchEveryMs * 1.5 && fetchedAt > heardAt) {
    return { tone: 'warn', word: 'Delayed', rest: ' · fetched every 10 s' };
  }
  if (!isUp || silentMs >= offlineMs) return { tone: 'bad', word: 'Offline', rest: ' · retrying' };
  if (silentMs >= delayedMs) return { tone: 'warn', word: 'Delayed', rest: ` · ${age} s old` };
  return { tone: 'ok', word: 'Live', rest: ` · updated ${age} s ago` };
}

/** A card that is not fresh says of when it is. */
function stampCards() {
  const isFresh = isUp !== false && performance.now() - heardAt < offlineMs;
  for (const host of hosts()) {
    const stamp = host.querySelector('[data-stamp]');
    if (!stamp) continue;
    const isOld = !isFresh || 'held' in host.dataset;
    const text = isOld ? `As of ${freshAt.get(host).toLocaleTimeString('en-GB')}` : '';
    if (stamp.textContent !== text) stamp.textContent = text;
  }
}

function showHold() {
  for (const button of document.querySelectorAll('[data-hold]')) {
    button.setAttribute('aria-pressed', isHeld());
    button.querySelector('use').setAttribute('href', isHeld() ? '#i-play' : '#i-bars');
    button.querySelector('span').textContent = isHeld() ? 'Resume updates' : 'Hold updates';
  }
  announce(isHeld() ? 'Updates are held.' : 'Updates go on.');
  show();
}
