// Protects a card in use from live updates: the newest update waits until the card is free, and the card shows that it
// does. Only automatic updates wait; the answer to an operator's action is shown at once. A host is the permanent element
// around a card.

/** Hosts filled by the stream, and hosts that fetch their content on a stream event. */
const hostSelector = '[sse-swap], [data-refetched]';
/** Lets a click or a change of the focus end before the card is replaced. */
const releaseDelayMs = 250;
/** A field marked as the reader's is kept by a swap (morph.js), so it holds nothing. */
const fields =
  'input:not([type="hidden"], [type="submit"], [type="button"], [data-reader]), textarea, select';

/** The newest deferred content of each host. */
const deferred = new Map();
/** The requests in flight, with the host that contains the sender of each. */
const requestHosts = new Map();
/** The operator holds the updates of all cards. */
let areUpdatesHeld = false;
/** A pointer is down anywhere: an update above it would move the pressed button away. */
let isPressed = false;
/** The host from which the open dialog was opened. */
let dialogHost = null;
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
    if (!isDeferrable(detail) || !isHost(target) || !isInUse(target)) return;
    detail.shouldSwap = false;
    defer(target, detail.serverResponse);
  });
  body.addEventListener('htmx:beforeRequest', ({ detail: { elt, target, xhr } }) => {
    const host = hostOf(elt);
    if (target?.matches('dialog')) dialogHost = host;
    if (host && host !== elt) requestHosts.set(xhr, host);
  });
  body.addEventListener('htmx:afterRequest', ({ detail: { xhr } }) => {
    requestHosts.delete(xhr);
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
    // While capturing, because some of these do not bubble.
    document.addEventListener(name, releaseSoon, true);
  }
}

/** Holds all updates, or resumes with the newest update of each card. */
export function holdUpdates(areHeld) {
  areUpdatesHeld = areHeld;
  document.dispatchEvent(new Event('chl:hold'));
  if (!areHeld) release();
}

export const isHeld = () => areUpdatesHeld;

/** Refreshes all cards at the operator's request, even while updates are on hold. */
export function refreshAll() {
  htmx.trigger(document.body, 'ops-refresh', { isManual: true });
}

/** The hosts filled by the stream. */
export const streamedHosts = () => document.querySelectorAll('[sse-swap]');

/** Whether the content of a host must not be replaced now. */
function isInUse(host) {
  return areUpdatesHeld || isPressed || isTouched(host);
}

/** Whether the operator is doing something inside the host. */
function isTouched(host) {
  const focused = document.activeElement;
  return (
    (host.contains(focused) && focused.matches(`${fields}, [contenteditable]`)) ||
    [...host.querySelectorAll(fields)].some(isEdited) ||
    host.querySelector('dialog[open], :popover-open, details.menu[open], details[data-holds][open]') !==
      null ||
    (dialogHost === host && document.querySelector('dialog[open]') !== null) ||
    isSelected(host) ||
    [...requestHosts.values()].includes(host)
  );
}

export function isEdited(field) {
  if (field.matches('button, fieldset, output')) return false;
  if (field.files) return field.files.length > 0;
  if (field.matches('[type="checkbox"], [type="radio"]')) return field.checked !== field.defaultChecked;
  if (field.options) return isSelectEdited(field);
  return field.value !== field.defaultValue;
}

/** A list without a default shows its first option. */
function isSelectEdited({ multiple, options, selectedIndex }) {
  const all = [...options];
  if (!multiple && !all.some((option) => option.defaultSelected)) return selectedIndex > 0;
  return all.some((option) => option.selected !== option.defaultSelected);
}

function isSelected(host) {
  const selection = getSelection();
  return !selection.isCollapsed && selection.rangeCount > 0 && selection.getRangeAt(0).intersectsNode(host);
}

/** Whether an update may be deferred: one from the stream, a periodic refresh, or a manual refresh of a card in use. */
function isDeferrable({ requestConfig }) {
  const cause = requestConfig.triggeringEvent;
  if (cause?.type !== 'ops-refresh') return cause?.type.startsWith('sse:') ?? false;
  return !cause.detail?.isManual || isTouched(requestConfig.elt);
}

function defer(host, html) {
  deferred.set(host, html);
  if (!isTouched(host)) return;
  host.dataset.held = '';
  showNewer(host, html);
}

/** Says how many newer jobs or lines the deferred content lists; its swap restores the text. */
function showNewer(host, html) {
  const held = host.querySelector('.held');
  const content = new DOMParser().parseFromString(html, 'text/html');
  for (const noun of ['job', 'line']) {
    const shown = Math.max(0, ...numbersIn(host, noun));
    const newer = numbersIn(content, noun).filter((number) => number > shown).length;
    if (held && newer > 0)
      held.textContent = `${newer} newer ${noun}${newer === 1 ? '' : 's'}, shown when you are done`;
  }
}

/** The numbers of the records in the rows of a list. */
function numbersIn(root, noun) {
  const row = new RegExp(`^${noun}-(\\d+)$`);
  return [...root.querySelectorAll(`[id^="${noun}-"]`)].flatMap(
    ({ id }) => Number(row.exec(id)?.[1] ?? []) || [],
  );
}

function releaseSoon() {
  if (deferred.size === 0) return;
  clearTimeout(timer);
  timer = setTimeout(release, releaseDelayMs);
}

function release() {
  for (const [host, html] of deferred) {
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
  deferred.delete(host);
  delete host.dataset.held;
}

const isHost = (element) => element.matches?.(hostSelector) ?? false;
const hostOf = (element) => element?.closest?.(hostSelector) ?? null;
