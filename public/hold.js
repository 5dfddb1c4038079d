// What a live update must not touch: a card in use keeps its newest update until it is no longer in use, and says so.
// Only updates that come by themselves wait; the answer to what the operator did is shown at once.

const releaseMs = 250;
const fields = 'input:not([type="hidden"], [type="submit"], [type="button"]), textarea, select';

/** The newest content that waits for each host. */
const waiting = new Map();
/** The requests that are under way, and the host from whose inside each was sent. */
const flights = new Map();
let isOnHold = false;
/** Anywhere: what moves above a pressed button takes it away from under the pointer. */
let isPressed = false;
/** The host from which the open dialog was opened. */
let opener = null;
let timer = null;

export function watchHosts() {
  const { body } = document;
  body.addEventListener('htmx:sseBeforeMessage', (event) => {
    const host = event.target;
    if (!isInUse(host)) return forget(host);
    event.preventDefault();
    return keepWaiting(host, event.detail.data);
  });
  body.addEventListener('htmx:beforeSwap', ({ target, detail }) => {
    if (!isByItself(detail) || !isHost(target) || !isInUse(target)) return;
    detail.shouldSwap = false;
    keepWaiting(target, detail.serverResponse);
  });
  body.addEventListener('htmx:beforeRequest', ({ detail: { elt, target, xhr } }) => {
    const host = hostOf(elt);
    if (target?.matches('dialog')) opener = host;
    if (host && host !== elt) flights.set(xhr, host);
  });
  body.addEventListener('htmx:afterRequest', ({ detail: { xhr } }) => {
    flights.delete(xhr);
    releaseSoon();
  });
  addEventListener('pointerdown', () => {
    isPressed = true;
  });
  for (const name of ['pointerup', 'pointercancel', 'blur']) {
    addEventListener(name, () => {
      isPressed = false;
      releaseSoon();
    });
  }
  for (const name of ['focusout', 'input', 'change', 'reset', 'close', 'toggle', 'selectionchange']) {
    document.addEventListener(name, releaseSoon, true);
  }
}

/** Holds all updates, or lets them go on with the newest of each card. */
export function holdUpdates(isWanted) {
  isOnHold = isWanted;
  document.dispatchEvent(new Event('chl:hold'));
  if (!isWanted) release();
}

export const isHeld = () => isOnHold;

/** All cards, now, at the operator's wish: also while updates are on Hold. */
export function refreshAll() {
  htmx.trigger(document.body, 'ops-refresh', { isWished: true });
}

export const hosts = () => document.querySelectorAll('[sse-swap]');

/** Why the inside of a host must stay as it is. */
function isInUse(host) {
  return isOnHold || isPressed || isTouched(host);
}

function isTouched(host) {
  const focused = document.activeElement;
  return (
    (host.contains(focused) && focused.matches(`${fields}, [contenteditable]`)) ||
    [...host.querySelectorAll(fields)].some(isEdited) ||
    host.querySelector('dialog[open], :popover-open, details.menu[open]') !== null ||
    (opener === host && document.querySelector('dialog[open]') !== null) ||
    isSelected(host) ||
    [...flights.values()].includes(host)
  );
}

function isEdited(field) {
  if (field.files) return field.files.length > 0;
  if (field.matches('[type="checkbox"], [type="radio"]')) return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

function isSelected(host) {
  const selection = getSelection();
  return !selection.isCollapsed && selection.rangeCount > 0 && selection.getRangeAt(0).intersectsNode(host);
}

/** A refresh that nobody asked for on this page, or that Hold does not stop but a card in use does. */
function isByItself({ requestConfig }) {
  const cause = requestConfig.triggeringEvent;
  if (cause?.type !== 'ops-refresh') return cause?.type.startsWith('sse:') ?? false;
  return !cause.detail?.isWished || isTouched(requestConfig.elt);
}

function keepWaiting(host, html) {
  waiting.set(host, html);
  if (isTouched(host)) host.dataset.held = '';
}

function releaseSoon() {
  if (waiting.size === 0) return;
  clearTimeout(timer);
  timer = setTimeout(release, releaseMs);
}

function release() {
  for (const [host, html] of waiting) {
    if (isInUse(host)) continue;
    forget(host);
    htmx.swap(
      host,
      html,
      { swapStyle: 'morph:innerHTML', swapDelay: 0, settleDelay: 0 },
      { contextElement: host },
    );
  }
}

function forget(host) {
  waiting.delete(host);
  delete host.dataset.held;
}

/** What the stream fills, and what fetches itself when the stream says so. */
const host = '[sse-swap], [data-refetched]';
const isHost = (element) => element.matches?.(host) ?? false;
const hostOf = (element) => element?.closest?.(host) ?? null;
