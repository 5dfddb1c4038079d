// One live stream for all tabs of a browser, since it opens six connections to a host and no more: the tab that holds
// the lock has the stream and feeds the others over a channel. Only a visible tab leads; with none visible there is no
// stream. A browser without locks or channels gives each tab its own.
import { url } from './url.js';

const path = url('/ui/stream/telemetry');
const name = 'chl-live';
/** No cards: always carried, never kept. */
const signals = ['tick', 'ended'];
const firstRetryMs = 1000;
const lastRetryMs = 16_000;
const beatMs = 4000;
const silenceMaxMs = 12_000;

const me = Math.random().toString(36).slice(2);
const channel = navigator.locks && window.BroadcastChannel ? new BroadcastChannel(name) : null;
const feeds = new Set();
/** The cards that this tab shows; those of the other tabs, by tab; and those that the stream carries, whoever leads. */
const own = new Set();
const others = new Map();
let carried = new Set();
/** The newest event of each card, and the id of the last event: what a new leader goes on from. */
const newest = new Map();
let lastId = '';
let isUp = false;
let heardAt = 0;

let source = null;
let attempt = null;
let letGo = null;
let joining = null;
let retrying = null;
let retryMs = firstRetryMs;

/** Gives htmx a stand-in for EventSource. Tells on the document: `chl:state` (`detail`: whether updates come),
 *  `chl:heard` with each event, `chl:ended` with the number of a job that has ended. */
export function shareStream() {
  htmx.createEventSource = () => new Feed();
  channel?.addEventListener('message', ({ data }) => hear(data));
  document.addEventListener('visibilitychange', () => (document.hidden ? stepDown() : lead()));
  addEventListener('pagehide', () => {
    say('bye');
    stepDown();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && feeds.size > 0) join();
  });
  if (channel) setInterval(keepWatch, beatMs);
}

/** What htmx-ext-sse takes for an EventSource. It never fails: the stream behind it is opened again from here. */
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
    if (own.has(card)) return;
    own.add(card);
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
  say('hello', { cards: [...own] });
  if (source && !covers(own)) open();
  lead();
}

/** Waits for the lock, and has the stream from then on. `isRobbery`: the leader gives no sign of life. */
function lead(isRobbery = false) {
  if (feeds.size === 0 || document.hidden || source || (attempt && !isRobbery)) return;
  if (!channel) return open();
  attempt?.abort();
  const mine = new AbortController();
  attempt = mine;
  const options = isRobbery ? { steal: true } : { signal: mine.signal };
  navigator.locks
    .request(name, options, () => {
      if (mine.signal.aborted) return undefined;
      open();
      say('who');
      return new Promise((resolve) => {
        letGo = resolve;
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
  clearTimeout(retrying);
  source?.close();
  source = null;
  delete document.documentElement.dataset.leads;
  letGo?.();
  letGo = null;
}

/** After what this tab knows, where the stream before carried the same cards; else with the state of all. */
function open() {
  clearTimeout(retrying);
  source?.close();
  const cards = new Set([...carried, ...own, ...[...others.values()].flat()]);
  const query = new URLSearchParams({ topics: [...cards].join(',') });
  if (lastId && cards.size === carried.size) query.set('since', lastId);
  carried = cards;
  const mine = new EventSource(`${path}?${query}`);
  source = mine;
  document.documentElement.dataset.leads = '';
  for (const card of [...cards, ...signals]) mine.addEventListener(card, take);
  mine.onopen = () => {
    retryMs = firstRetryMs;
    tellState(true);
  };
  mine.onerror = () => {
    tellState(false);
    // The browser tries again by itself, but not when the server has refused.
    if (mine.readyState !== EventSource.CLOSED || source !== mine) return;
    carried = new Set();
    retrying = setTimeout(open, retryMs);
    retryMs = Math.min(retryMs * 2, lastRetryMs);
  };
}

function take({ type, data, lastEventId }) {
  const event = { card: type, data, id: lastEventId };
  say('event', { event });
  deliver(event);
}

function deliver(event) {
  const { card, data, id } = event;
  if (id) lastId = id;
  if (card === 'ended') document.dispatchEvent(new CustomEvent('chl:ended', { detail: Number(data) }));
  else if (!signals.includes(card)) newest.set(card, event);
  for (const feed of feeds) feed.dispatchEvent(new MessageEvent(card, { data, lastEventId: id }));
  document.dispatchEvent(new Event('chl:heard'));
}

function tellState(isNowUp) {
  say('state', { isUp: isNowUp, carried: [...carried] });
  setState(isNowUp);
}

function setState(isNowUp) {
  isUp = isNowUp;
  for (const feed of feeds) {
    if (isUp && feed.readyState === EventSource.CONNECTING) feed.onopen?.(new Event('open'));
    feed.readyState = isUp ? EventSource.OPEN : EventSource.CONNECTING;
  }
  document.dispatchEvent(new CustomEvent('chl:state', { detail: isUp }));
}

function say(kind, rest = {}) {
  channel?.postMessage({ kind, from: me, ...rest });
}

/** Every message is a sign of life. */
function hear({ kind, from, to, ...message }) {
  if (kind === 'who') join();
  else if (kind === 'bye') others.delete(from);
  else if (kind === 'hello') {
    others.set(from, message.cards);
    if (!source) return;
    if (!covers(message.cards)) open();
    say('welcome', { to: from, events: [...newest.values()], isUp, carried: [...carried] });
  } else if (!source) {
    heardAt = performance.now();
    if (kind === 'event') deliver(message.event);
    if (kind === 'welcome' && to === me) for (const event of message.events) deliver(event);
    if (kind === 'state' || kind === 'beat' || to === me) {
      carried = new Set(message.carried);
      if (isUp !== message.isUp) setState(message.isUp);
    }
  }
}

function keepWatch() {
  if (source) return say('beat', { isUp, carried: [...carried] });
  if (performance.now() - heardAt < silenceMaxMs || document.hidden || feeds.size === 0) return undefined;
  heardAt = performance.now();
  return lead(true);
}

function covers(cards) {
  return [...cards].every((card) => carried.has(card));
}
