// Protects a card in use from live updates: the newest update waits until the card is free, and the card shows that it
// does. Only automatic updates wait; the answer to an operator's action is shown at once.

const releaseMs = 250;
const fields = 'input:not([type="hidden"], [type="submit"], [type="button"]), textarea, select';

/** The newest deferred content of each host. */
const waiting = new Map();
/** The requests in flight, and the host from whose inside each was sent. */
const flights = new Map();
let isOnHold = false;
/** A pointer is down anywhere: an update above it would move the pressed button away. */
let isPressed = false;
/** The host from which the open dialog was opened. */
let opener = null;
let timer = null;

export function watchHosts() {
  const { body } = document;
  body.addEventListener('htmx:sseBeforeMessage', (event) => {
    const host = event.target;
    if (!isInUse(host)) return drop(host);
    event.preventDefault();
    return defer(host, event.detail.data);
  });
  body.addEventListener('htmx:beforeSwap', ({ target, detail }) => {
    if (!isAutomatic(detail) || !isHost(target) || !isInUse(target)) return;
    detail.shouldSwap = false;
    defer(target, detail.serverResponse);
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

/** Holds all updates, or resumes with the newest update of each card. */
export function holdUpdates(isWanted) {
  isOnHold = isWanted;
  document.dispatchEvent(new Event('chl:hold'));
  if (!isWanted) release();
}

export const isHeld = () => isOnHold;

/** Refreshes all cards at the operator's request, even while updates are on hold. */
export function refreshAll() {
  htmx.trigger(document.body, 'ops-refresh', { isManual: true });
}

export const hosts = () => document.querySelectorAll('[sse-swap]');

/** Whether the content of a host must not be replaced now. */
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

/** Whether an update may be deferred: one from the stream, a periodic refresh, or a manual refresh of a card in use. */
function isAutomatic({ requestConfig }) {
  const cause = requestConfig.triggeringEvent;
  if (cause?.type !== 'ops-refresh') return cause?.type.startsWith('sse:') ?? false;
  return !cause.detail?.isManual || isTouched(requestConfig.elt);
}

function defer(host, html) {
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
    drop(host);
    htmx.swap(
      host,
      html,
      { swapStyle: 'morph:innerHTML', swapDelay: 0, settleDelay: 0 },
      { contextElement: host },
    );
  }
}

function drop(host) {
  waiting.delete(host);
  delete host.dataset.held;
}

/** Elements filled by the stream, and elements that fetch their content on a stream event. */
const host = '[sse-swap], [data-refetched]';
const isHost = (element) => element.matches?.(host) ?? false;
const hostOf = (element) => element?.closest?.(host) ?? null;
