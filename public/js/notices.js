// Browser notices of the news. The tab that has the stream shows them, also while it is hidden, and while the page is in view:
// people work in other windows. The cursor is the newest row of the audit log whose notices were shown; it moves only after
// that, under a lock of the whole browser, so nothing is lost or shown twice, whichever tab leads and whatever fails.
import { keepStreamWhileHidden } from './live.js';
import { areNoticesOn, storageName } from './notice-switch.js';
import { url } from './url.js';

/** Further new items are counted in one more notice. */
const maxAtOnce = 10;
const maxShown = 200;
const answerMaxMs = 15_000;
const minRetryMs = 1000;
const maxRetryMs = 60_000;

/** The kinds of news, by the first word of their events. */
const kinds = ['finding', 'incident', 'job', 'backup', 'schedule'];
const words = {
  finding: 'Finding',
  incident: 'Incident',
  job: 'Job',
  backup: 'Backup',
  schedule: 'Missed schedule',
};
const kindOf = ({ event }) => event.split('.')[0];

let retryMs = minRetryMs;
let retrying = null;
let isLooking = false;
/** Something has happened since the current look began. */
let isDue = false;

watchNews();

/** Begins at the newest row, so that old news are not shown. */
export async function switchOn() {
  const page = await readNews('limit=1');
  if (!page) throw new Error('You are signed out.');
  localStorage.setItem(storageName('cursor'), page.newest_id);
  localStorage.setItem(storageName('on'), 'yes');
  follow();
}

export function switchOff() {
  localStorage.removeItem(storageName('on'));
  follow();
}

export function isKindOn(kind) {
  return !readList('without').includes(kind);
}

export function chooseKind(kind, isOn) {
  const without = kinds.filter((one) => (one === kind ? !isOn : !isKindOn(one)));
  localStorage.setItem(storageName('without'), JSON.stringify(without));
}

/** Throws where the browser shows no notice from a page. */
export function showNotice({ title, body, tag, href }) {
  const icon = document.querySelector('link[rel="icon"]').href;
  const notice = new Notification(title, { body, icon, tag: `chl-${location.host}${url('/')}${tag}` });
  notice.onclick = () => {
    window.focus();
    notice.close();
    location.assign(href);
  };
}

function watchNews() {
  // htmx gives each page the events of the one stream of the browser; see live.js.
  htmx.createEventSource(url('/ui/stream/telemetry')).addEventListener('news', () => void look());
  document.addEventListener('chl:state', () => void look());
  // A browser without a stream asks at intervals.
  document.body.addEventListener('ops-refresh', () => void look());
  addEventListener('storage', ({ key }) => {
    if (key === storageName('on')) follow();
  });
  follow();
}

function follow() {
  keepStreamWhileHidden(areNoticesOn());
  void look();
}

/** A tab with the stream shows notices; without any stream, each tab in view: the lock lets one after the other. */
function isOurs() {
  const { leads, live } = document.documentElement.dataset;
  return leads !== undefined || (live === 'off' && !document.hidden);
}

function mayShow() {
  return areNoticesOn() && Notification.permission === 'granted';
}

/** One look at a time, and one more for all that happens meanwhile. */
async function look() {
  isDue = true;
  if (isLooking) return;
  isLooking = true;
  while (isDue && mayShow() && isOurs()) {
    isDue = false;
    clearTimeout(retrying);
    try {
      await navigator.locks.request(storageName('lock'), showNews);
      retryMs = minRetryMs;
    } catch {
      // The server or its answer is missing: a later look begins at the same row.
      isDue = false;
      retrying = setTimeout(() => void look(), retryMs);
      retryMs = Math.min(retryMs * 2, maxRetryMs);
    }
  }
  isLooking = false;
}

async function showNews() {
  const cursor = localStorage.getItem(storageName('cursor'));
  const page = await readNews(cursor === null ? 'limit=1' : `limit=200&since=${cursor}`);
  if (!page || !mayShow()) return;
  // Without a cursor, the storage was cleared.
  if (cursor !== null) showPage(page);
  localStorage.setItem(storageName('cursor'), page.newest_id);
}

function showPage({ items, more, is_whole }) {
  const isNew = (item) => isKindOn(kindOf(item)) && !readList('shown').includes(nameOf(item));
  const found = items.filter(isNew);
  if (!is_whole && found.length > 0) return showSummary('Much has happened since the last notice.', found[0]);
  for (const item of found.slice(0, maxAtOnce).reverse()) showItem(item);
  const rest = found.length - maxAtOnce;
  if (rest > 0) showSummary(`${more > 0 ? 'More than ' : ''}${rest} more things happened.`, found[0]);
  return undefined;
}

/** Kept before the cursor moves: a tab that is closed in between leaves no notice to be shown again. */
function showItem(item) {
  const at = new Date(item.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  const body = `${words[kindOf(item)]}, ${at}`;
  showNotice({ title: item.sentence, body, tag: nameOf(item), href: item.href ?? url('/operations') });
  const shown = [...readList('shown'), nameOf(item)].slice(-maxShown);
  localStorage.setItem(storageName('shown'), JSON.stringify(shown));
}

function showSummary(title, newest) {
  const body = 'The page Operations lists the news.';
  showNotice({ title, body, tag: `more-${nameOf(newest)}`, href: url('/operations') });
}

/** The log of a backup has other rows under the same ids. */
const nameOf = ({ id, at, event, target, transition }) => `${event}-${target}-${transition}-${id}-${at}`;

/** Null when somebody has to sign in first. Throws without a usable answer. */
async function readNews(query) {
  const answer = await fetch(url(`/api/v1/news?${query}`), { signal: AbortSignal.timeout(answerMaxMs) });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`The server answered with status ${answer.status}.`);
  return answer.json();
}

function readList(part) {
  return JSON.parse(localStorage.getItem(storageName(part)) ?? '[]');
}
