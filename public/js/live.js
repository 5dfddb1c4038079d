// One live stream for all tabs of a browser, because a browser opens only six connections to a host: the tab that holds
// the lock has the stream and feeds the others over a channel. Only a visible tab leads; when none is visible there is no
// stream, unless the browser shows notices. In a browser without locks or channels each tab has its own stream.
import { url } from './url.js';

const path = url('/ui/stream/telemetry');
const name = 'chl-live';
/** Events that are not cards: always sent, never stored. */
const signals = ['tick', 'ended', 'refused'];
const minRetryMs = 1000;
const maxRetryMs = 16_000;
const beatMs = 4000;
const maxSilenceMs = 12_000;
/** A stream without an event for so long is dead, even if its connection is open. */
const maxStreamSilenceMs = 30_000;

const me = Math.random().toString(36).slice(2);
const channel = navigator.locks && window.BroadcastChannel ? new BroadcastChannel(name) : null;
const feeds = new Set();
/** The cards of this tab; of the other tabs, by tab; and of the current stream, whichever tab has it. */
const ownCards = new Set();
const cardsByTab = new Map();
let carried = new Set();
/** The newest event of each card, and the id of the last event: a new leader resumes from them. */
const newest = new Map();
let lastId = '';
let isUp = false;
let lastMessageAt = 0;

let source = null;
let attempt = null;
let releaseLock = null;
let joining = null;
let retrying = null;
let retryMs = minRetryMs;
/** When the stream is opened again, in milliseconds since 1970; null when no retry is due. */
let retryAt = null;
let watching = null;
/** Whether the current stream has sent the state of all its cards: a tick follows that. */
let isWhole = false;
/** The server wants a token that this browser does not have; nothing is retried. */
let isSignedOut = false;
/** This browser gets no stream: the pages ask at intervals. */
let isOff = document.documentElement.dataset.live === 'off';

/** A hidden tab may lead, too. */
let keepsWhileHidden = false;
const mayLead = () => keepsWhileHidden || !document.hidden;

/** Replaces the EventSource of htmx. Emits on the document: `chl:state` (`detail`: `isUp`, whether the stream is up, and
 *  `retryAt`), `chl:heard` for each event, `chl:ended` with the number of a job that has ended, `chl:refused` with the
 *  reason why the server refuses the stream, and `chl:signed-out`. */
export function shareStream() {
  htmx.createEventSource = () => new Feed();
  channel?.addEventListener('message', ({ data }) => receive(data));
  document.addEventListener('visibilitychange', () => (mayLead() ? lead() : stepDown()));
  addEventListener('pagehide', () => {
    post('bye');
    stepDown();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && feeds.size > 0) join();
  });
  addEventListener('online', retryNow);
  if (channel) setInterval(watchLeader, beatMs);
}

/** Gives up the stream in all tabs, because the browser is not signed in any more. */
export function signOut() {
  post('signed-out');
  leaveSignedOut();
}

/** For notices, which are wanted most while people work elsewhere. */
export function keepStreamWhileHidden(isKept) {
  keepsWhileHidden = isKept;
  if (mayLead()) lead();
  else stepDown();
}

function leaveSignedOut() {
  if (isSignedOut) return;
  isSignedOut = true;
  stepDown();
  document.dispatchEvent(new Event('chl:signed-out'));
}

/** Resumes after `signOut`: a request has worked, so somebody has signed in in another tab. */
export function resume() {
  isSignedOut = false;
  lead();
}

/** Opens the stream at once, whichever tab has it. */
export function retryNow() {
  post('retry');
  openIfDown();
  lead();
}

/** Implements the part of EventSource that htmx-ext-sse uses. It never fails: this module reopens the stream. */
class Feed extends EventTarget {
  readyState = EventSource.CONNECTING;
  onopen = null;
  onerror = null;

  constructor() {
    super();
    feeds.add(this);
  }

  addEventListener(card, listener) {
    super.addEventListener(card, listener);
    if (ownCards.has(card)) return;
    ownCards.add(card);
    clearTimeout(joining);
    joining = setTimeout(join);
  }

  close() {
    this.readyState = EventSource.CLOSED;
    feeds.delete(this);
    if (feeds.size === 0) stepDown();
  }
}

function join() {
  post('hello', { cards: [...ownCards] });
  if (source && !covers(ownCards)) open();
  lead();
}

function openIfDown() {
  if (source && !isUp) open();
}

/** Waits for the lock, then opens the stream. `isSteal`: the leader has gone silent, so the lock is taken from it. */
function lead(isSteal = false) {
  if (isOff || isSignedOut || feeds.size === 0 || !mayLead() || source || (attempt && !isSteal)) return;
  if (!channel) return open();
  attempt?.abort();
  const mine = new AbortController();
  attempt = mine;
  const options = isSteal ? { steal: true } : { signal: mine.signal };
  navigator.locks
    .request(name, options, () => {
      if (mine.signal.aborted) return undefined;
      open();
      post('who');
      return new Promise((resolve) => {
        releaseLock = resolve;
      });
    })
    .catch(() => {
      if (attempt !== mine || mine.signal.aborted) return;
      stepDown();
      lead();
    });
}

function stepDown() {
  attempt?.abort();
  attempt = null;
  clearTimers();
  source?.close();
  source = null;
  delete document.documentElement.dataset.leads;
  releaseLock?.();
  releaseLock = null;
}

/** Resumes after the last event if the previous stream had the same cards; otherwise starts with the state of all. */
function open() {
  clearTimers();
  source?.close();
  const cards = new Set([...carried, ...ownCards, ...[...cardsByTab.values()].flat()]);
  const query = new URLSearchParams({ topics: [...cards].join(',') });
  if (lastId && cards.size === carried.size) query.set('since', lastId);
  carried = cards;
  isWhole = false;
  if (retryAt !== null) {
    retryAt = null;
    publishState(false);
  }
  const mine = new EventSource(`${path}?${query}`);
  source = mine;
  document.documentElement.dataset.leads = '';
  for (const card of [...cards, ...signals]) mine.addEventListener(card, take);
  mine.onopen = () => {
    retryMs = minRetryMs;
    publishState(true);
  };
  mine.onerror = () => {
    if (source !== mine) return;
    if (mine.readyState === EventSource.CLOSED) void reportRefusal(mine.url, retryMs === minRetryMs);
    retryLater();
  };
  watch();
}

/** The browser would reconnect after a lost connection, but not after a refusal or silence, and it does not say when. */
function retryLater() {
  clearTimers();
  source.close();
  if (!isWhole) carried = new Set();
  retrying = setTimeout(open, retryMs);
  retryAt = Date.now() + retryMs;
  retryMs = Math.min(retryMs * 2, maxRetryMs);
  publishState(false);
}

function watch() {
  clearTimeout(watching);
  watching = setTimeout(retryLater, maxStreamSilenceMs);
}

function clearTimers() {
  clearTimeout(retrying);
  clearTimeout(watching);
}

/** An EventSource does not show the answer to a refused request. */
async function reportRefusal(address, isFirst) {
  const request = new AbortController();
  try {
    const answer = await fetch(address, { headers: { accept: 'application/json' }, signal: request.signal });
    if (answer.status === 401) signOut();
    if (answer.status === 204) turnOff();
    if (answer.status !== 503 || !isFirst) return;
    const { error } = await answer.json();
    document.dispatchEvent(new CustomEvent('chl:refused', { detail: error.message }));
  } catch {
    // The server is unreachable; the page shows that it is offline.
  } finally {
    request.abort();
  }
}

function turnOff() {
  isOff = true;
  document.documentElement.dataset.live = 'off';
  stepDown();
  retryAt = null;
  publishState(false);
}

function take({ type, data, lastEventId }) {
  const event = { card: type, data, id: lastEventId };
  isWhole ||= type === 'tick';
  watch();
  post('event', { event });
  deliver(event);
}

function deliver(event) {
  const { card, data, id } = event;
  if (id) lastId = id;
  // The next stream may be that of another role, which has other cards.
  if (card === 'refused') lastId = '';
  if (card === 'ended') document.dispatchEvent(new CustomEvent('chl:ended', { detail: Number(data) }));
  else if (!signals.includes(card)) newest.set(card, event);
  for (const feed of feeds) feed.dispatchEvent(new MessageEvent(card, { data, lastEventId: id }));
  document.dispatchEvent(new Event('chl:heard'));
}

function publishState(isNowUp) {
  setState(isNowUp, retryAt);
  post('state', state());
}

const state = () => ({ isUp, retryAt, carried: [...carried] });

function setState(isNowUp, at) {
  isUp = isNowUp;
  retryAt = at;
  for (const feed of feeds) {
    if (isUp && feed.readyState === EventSource.CONNECTING) feed.onopen?.(new Event('open'));
    feed.readyState = isUp ? EventSource.OPEN : EventSource.CONNECTING;
  }
  document.dispatchEvent(new CustomEvent('chl:state', { detail: { isUp, retryAt } }));
}

function post(kind, rest = {}) {
  channel?.postMessage({ kind, from: me, ...rest });
}

/** Every message also proves that the leader is alive. */
function receive({ kind, from, to, ...message }) {
  if (kind === 'signed-out') leaveSignedOut();
  else if (kind === 'who') join();
  else if (kind === 'retry') openIfDown();
  else if (kind === 'bye') cardsByTab.delete(from);
  else if (kind === 'hello') {
    cardsByTab.set(from, message.cards);
    if (!source) return;
    if (!covers(message.cards)) open();
    post('welcome', { to: from, events: [...newest.values()], ...state() });
  } else if (!source) {
    lastMessageAt = performance.now();
    if (kind === 'event') deliver(message.event);
    if (kind === 'welcome' && to === me) for (const event of message.events) deliver(event);
    if (kind === 'state' || kind === 'beat' || to === me) {
      carried = new Set(message.carried);
      if (isUp !== message.isUp || retryAt !== message.retryAt) setState(message.isUp, message.retryAt);
    }
  }
}

function watchLeader() {
  if (source) return post('beat', state());
  if (performance.now() - lastMessageAt < maxSilenceMs || !mayLead() || feeds.size === 0) return undefined;
  lastMessageAt = performance.now();
  return lead(true);
}

function covers(cards) {
  return [...cards].every((card) => carried.has(card));
}
