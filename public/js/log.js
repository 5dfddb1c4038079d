// The log of a job: follows the end until the operator scrolls up or selects text. New lines are fetched and appended;
// existing lines are never rendered again.
import { areKeysOn, isBusyElsewhere } from './keys.js';
import { url } from './url.js';

const maxLines = 2000;
const nearPx = 10;

const card = document.getElementById('log-card');
const log = document.getElementById('log');
const list = log?.querySelector('ol');
const follow = card?.querySelector('[data-log-follow]');
const more = card?.querySelector('[data-log-new]');
let isFollowing = false;
/** Whether the page included the newest line; only then can it follow. */
const isAtEnd = log?.dataset.atEnd !== undefined;
let unseen = 0;
let isFetching = false;
let isDue = false;

export function watchLog() {
  if (!log) return;
  const target = document.getElementById(location.hash.slice(1) || log.dataset.target || '');
  if (target?.matches('#log li')) showLine(target);
  else if (isAtEnd && !isSelecting()) setFollowing(true);
  log.addEventListener('scroll', onScroll);
  document.addEventListener('selectionchange', () => {
    if (isSelecting()) setFollowing(false);
  });
  follow?.addEventListener('change', () => setFollowing(follow.checked));
  card.querySelector('[data-log-wrap]')?.addEventListener('change', ({ target }) => {
    log.classList.toggle('wrap', target.checked);
  });
  more?.addEventListener('click', () => setFollowing(true));
  log.addEventListener('click', onLineLink);
  document.addEventListener('keydown', onKey);
  document.addEventListener('chl:swapped', showSilentEnd);
  document.body.addEventListener('htmx:sseMessage', ({ target }) => {
    if (target.id === `log-${card.dataset.log}-size`) void fetchMore();
  });
  // Without a stream the page asks at intervals.
  document.body.addEventListener('ops-refresh', () => {
    if (card.querySelector('[data-log-state]')) void fetchMore();
  });
  void countLevels();
}

function isSelecting() {
  const selection = getSelection();
  return !selection.isCollapsed && log.contains(selection.anchorNode);
}

/** Scrolling to the end follows, except during a selection: the scroll event may arrive after it. */
function onScroll() {
  const isNear = log.scrollHeight - log.scrollTop - log.clientHeight <= nearPx;
  if (isNear && isSelecting()) return;
  if (isNear !== isFollowing && (!isNear || isAtEnd)) setFollowing(isNear);
}

function setFollowing(isWanted) {
  isFollowing = isWanted && isAtEnd;
  if (follow) follow.checked = isFollowing;
  if (isWanted && !isAtEnd) location.href = url(`/jobs/${card.dataset.log}`);
  if (isFollowing) {
    unseen = 0;
    log.scrollTop = log.scrollHeight;
    void fetchMore();
  }
  showState();
}

function showState() {
  const state = card.querySelector('[data-log-state]');
  if (state && isAtEnd) {
    state.textContent = isFollowing
      ? 'Following. Scroll up or press F to stop.'
      : 'Not following. Press F or End to follow.';
  }
  if (!more) return;
  more.hidden = unseen === 0;
  more.textContent = `${unseen} new ${unseen === 1 ? 'line' : 'lines'} ↓`;
}

/** Fetches the lines after the last one, and that one again if it was incomplete; one request at a time. */
async function fetchMore() {
  if (!isAtEnd || (!isFollowing && list.children.length >= maxLines)) return;
  isDue = isFetching;
  if (isFetching) return;
  isFetching = true;
  const open = list.querySelector('li[data-open]:last-of-type');
  const from = open ? numberOf(open) : lastNumber() + 1;
  const isAskingForNewest = isFollowing;
  try {
    const query = `from=${from}${isAskingForNewest ? '&following=true' : ''}`;
    const answer = await fetch(url(`/ui/jobs/${card.dataset.log}/log?${query}`));
    if (!answer.ok) return;
    const lines = document.createElement('template');
    lines.innerHTML = await answer.text();
    const total = Number(answer.headers.get('x-log-lines'));
    // A log that grows faster than it can be shown jumps to its end; the skipped lines stay linked.
    const first = lines.content.querySelector('li[id]');
    const isAhead = isAskingForNewest && first !== null && numberOf(first) > from;
    const isUnwanted = isAhead && !isFollowing;
    if (isAhead && isFollowing) list.replaceChildren();
    if (!isUnwanted) add(lines.content, open, total);
    isDue ||= isUnwanted || (lastNumber() < total && isFollowing);
  } finally {
    isFetching = false;
  }
  if (isDue) void fetchMore();
}

function add(lines, open, total) {
  const added = lines.querySelectorAll('li[id]').length;
  if (added === 0) return;
  // A selected line is not replaced, even if it is incomplete.
  if (open && (open.textContent === lines.querySelector('li').textContent || isSelected(open))) {
    lines.querySelector('li').remove();
  } else open?.remove();
  list.append(lines);
  card.querySelector('[data-log-empty]')?.remove();
  log.hidden = false;
  if (isFollowing) {
    while (list.children.length > maxLines) list.firstElementChild.remove();
    log.scrollTop = log.scrollHeight;
  } else unseen += added - (open ? 1 : 0);
  const first = numberOf(list.querySelector('li[id]'));
  const position = card.querySelector('[data-log-place]');
  position.textContent = `Lines ${first.toLocaleString('en')}–${lastNumber().toLocaleString('en')} of ${total.toLocaleString('en')}`;
  linkOlder(first);
  showState();
}

/** A log that was empty when the page was opened, and still is at the end of the job. */
function showSilentEnd() {
  const waits = card.querySelector('[data-log-waits]');
  if (!waits || !document.querySelector('.verdict[data-ended]')) return;
  waits.remove();
  card.querySelector('[data-log-none]').hidden = false;
}

function linkOlder(first) {
  if (first === 1) return;
  const link = log.querySelector('[data-older]') ?? addOlder();
  const from = Math.max(1, first - 500);
  link.href = url(`/jobs/${card.dataset.log}?from=${from}#log-card`);
  link.textContent = `Older lines, from ${from.toLocaleString('en')}`;
}

function addOlder() {
  const line = document.createElement('p');
  line.className = 'log-more';
  const link = Object.assign(document.createElement('a'), { textContent: '' });
  link.dataset.older = '';
  line.append(link);
  list.before(line);
  return link;
}

function isSelected(line) {
  const selection = getSelection();
  return !selection.isCollapsed && selection.rangeCount > 0 && selection.getRangeAt(0).intersectsNode(line);
}

const numberOf = (line) => Number(line.id.slice(1));
/** 0 when there are no lines. */
function lastNumber() {
  const last = list.querySelector('li[id]:last-of-type');
  return last ? numberOf(last) : 0;
}

/** Puts the line's address into the location bar without loading the page again. */
function onLineLink(event) {
  const link = event.target.closest('.ln');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.replaceState(history.state, '', link.getAttribute('href'));
  showLine(link.parentElement, false);
}

function showLine(line, isScrolled = true) {
  setFollowing(false);
  for (const other of list.querySelectorAll('.is-target')) other.classList.remove('is-target');
  line.classList.add('is-target');
  if (!isScrolled) return;
  const above = line.getBoundingClientRect().top - log.getBoundingClientRect().top;
  log.scrollTop += above - log.clientHeight / 3;
}

function onKey(event) {
  if (!areKeysOn() || isBusyElsewhere(event)) return;
  if (event.key === 'f') setFollowing(!isFollowing);
  else if (event.key === 'w') card.querySelector('[data-log-wrap]')?.click();
  else if (event.key === 'End') setFollowing(true);
  else if (event.key === 'n' || event.key === 'N') {
    card.querySelector(`[data-hit="${event.key === 'n' ? 'next' : 'previous'}"]`)?.click();
  } else return;
  event.preventDefault();
}

async function countLevels() {
  const chips = card.querySelector('[data-log-levels]');
  if (!chips) return;
  const answer = await fetch(chips.dataset.logLevels);
  if (!answer.ok) return;
  for (const [level, count] of Object.entries(await answer.json())) {
    chips.querySelector(`[data-level="${level}"]`).textContent = count;
  }
}
