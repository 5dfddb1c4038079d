// Shows how fresh the page is: the pill in the header and the age of stale cards. While the stream is down it fetches the
// cards every ten seconds; while that fails too, the page's clock stands still and the pill counts down to the next retry.
// A page of a browser without a stream does so, too, and says so. A page that is signed out is not updated until somebody signs in.
import { startClock, stopClock } from './times.js';
import { holdUpdates, isHeld, refreshAll, streamedHosts } from './hold.js';
import { resume, retryNow, signOut } from './live.js';
import { announce, showNotice } from './toast.js';

/** A page without a stream that got no answer for so long is offline. */
const pollingMs = 25_000;
const delayedMs = 12_000;
const offlineMs = 30_000;
const fetchEveryMs = 10_000;
const whySignedOut =
  'You signed out in another tab, your session has ended, or your token was revoked. What you have typed here stays.';
const icons = { ok: 'live', hold: 'pause', warn: 'tri', bad: 'unplug' };

const pill = document.getElementById('conn');
const retry = document.getElementById('retry');
const signIn = document.getElementById('sign-in');
/** Null until the stream first connects or fails. */
let isUp = null;
/** When the stream is opened again, in milliseconds since 1970. */
let retryAt = null;
let lastEventAt = performance.now();
let fetchedAt = 0;
let isSignedOut = false;
/** When each card last matched the server. */
const freshAt = new Map();
let shown = '';

export function watchConnection() {
  if (!document.querySelector('[sse-connect]')) return;
  for (const host of streamedHosts()) freshAt.set(host, new Date());
  document.addEventListener('chl:state', ({ detail }) => {
    ({ isUp, retryAt } = detail);
    if (isUp) noteEvent();
    show();
  });
  document.addEventListener('chl:heard', noteEvent);
  document.addEventListener('chl:signed-out', () => {
    showSignedOut(true);
    showNotice({ tone: 'warn', title: 'You are signed out.', text: whySignedOut });
    show();
  });
  document.addEventListener('chl:hold', showHold);
  document.addEventListener('chl:swapped', stampCards);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && isUp) lastEventAt = performance.now();
    show();
  });
  document.body.addEventListener('htmx:responseError', ({ detail: { xhr } }) => {
    if (xhr.status === 401) signOut();
  });
  document.body.addEventListener('htmx:afterRequest', ({ detail: { elt, successful } }) => {
    if (successful && isSignedOut) {
      showSignedOut(false);
      resume();
    }
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
  retry.addEventListener('click', () => {
    retryNow();
    refreshAll();
  });
  setInterval(show, 1000);
  setInterval(fetchCards, fetchEveryMs);
}

function showSignedOut(isNow) {
  isSignedOut = isNow;
  signIn.hidden = !isNow;
  document.querySelector('.who')?.toggleAttribute('hidden', isNow);
}

function noteEvent() {
  lastEventAt = performance.now();
  for (const host of streamedHosts()) markFresh(host);
}

function markFresh(host) {
  if (!('held' in host.dataset)) freshAt.set(host, new Date());
}

/** Replaces the stream while it is down. */
function fetchCards() {
  if (isSignedOut) return;
  if (isUp && performance.now() - lastEventAt < delayedMs) return;
  if (!document.hidden) htmx.trigger(document.body, 'ops-refresh');
}

function show() {
  stampCards();
  const { tone, word, rest, icon } = describe();
  showOffline(tone === 'bad');
  const text = `${word}${rest}`;
  if (text === shown) return;
  if (shown && (tone === 'bad') !== pill.classList.contains('bad')) {
    announce(tone === 'bad' ? `${word}. The numbers may be out of date.` : 'Live again.');
  }
  shown = text;
  pill.className = `conn ${tone}`;
  pill.querySelector('use').setAttribute('href', `#i-${icon ?? icons[tone]}`);
  pill.querySelector('b').textContent = word;
  pill.querySelector('b + span').textContent = rest;
}

function showOffline(isOffline) {
  if (isOffline) stopClock(Date.now() - (performance.now() - Math.max(lastEventAt, fetchedAt)));
  else startClock();
  if (!isOffline && retry === document.activeElement) document.getElementById('main').focus();
  retry.hidden = !isOffline || isSignedOut;
}

function describe() {
  const now = performance.now();
  const silentMs = now - lastEventAt;
  const age = Math.floor(silentMs / 1000);
  if (isSignedOut) return { tone: 'bad', word: 'Signed out', rest: '' };
  if (isPolling()) return describePolling();
  if (isUp === null) return { tone: 'ok', word: 'Connecting', rest: '' };
  const isSilent = !isUp || silentMs >= delayedMs;
  const isFetching = isSilent && fetchedAt > lastEventAt && now - fetchedAt < fetchEveryMs * 1.5;
  if (!isFetching && (!isUp || silentMs >= offlineMs))
    return { tone: 'bad', word: 'Offline', rest: ` · ${describeRetry()}` };
  if (isHeld()) return { tone: 'hold', word: 'Held', rest: ' · press R to refresh' };
  if (isFetching) return { tone: 'warn', word: 'Delayed', rest: ' · fetched every 10 s' };
  if (isSilent) return { tone: 'warn', word: 'Delayed', rest: ` · ${age} s old` };
  if (document.querySelector('[data-held]')) return { tone: 'hold', word: 'Live', rest: ' · updates held' };
  return { tone: 'ok', word: 'Live', rest: ` · updated ${age} s ago` };
}

const isPolling = () => document.documentElement.dataset.live === 'off';
const answeredMs = () => performance.now() - Math.max(lastEventAt, fetchedAt);

function describePolling() {
  if (answeredMs() >= pollingMs) return { tone: 'bad', word: 'Offline', rest: ' · asks every 10 s' };
  if (isHeld()) return { tone: 'hold', word: 'Held', rest: ' · press R to refresh' };
  const age = Math.floor(answeredMs() / 1000);
  return { tone: 'ok', icon: 'retry', word: 'Polling', rest: ` · updated ${age} s ago` };
}

function describeRetry() {
  const left = Math.ceil(((retryAt ?? 0) - Date.now()) / 1000);
  return left > 0 ? `retry in ${left} s` : 'retrying';
}

/** Stamps each stale card with the time of its content. */
function stampCards() {
  const isFresh = isPolling()
    ? answeredMs() < pollingMs
    : isUp !== false && performance.now() - lastEventAt < offlineMs;
  for (const host of streamedHosts()) {
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
  announce(isHeld() ? 'Updates are on hold.' : 'Updates resumed.');
  show();
}
