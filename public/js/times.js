// Relative times. The server sends absolute times and the browser formats their age, so that a card's bytes do not change
// with the clock. The page's clock stands still while the page is offline, so that no age or duration moves on from content that
// does not, and the style sheet stops the bars. This module imports nothing: the first paint waits for it.

const seconds = { minute: 60, hour: 3600, day: 86_400 };
let formats = null;
const refreshMs = 1000;
let stoppedAt = null;

// Before the first paint, so that no layout shift follows.
showTimes();
setInterval(showTimes, refreshMs);
document.addEventListener('chl:swapped', showTimes);

/** The time to compute ages from, in milliseconds since 1970. */
export function now() {
  return stoppedAt ?? Date.now();
}

/** Stops the clock at a time, in milliseconds since 1970. */
export function stopClock(at) {
  stoppedAt ??= at;
  document.documentElement.dataset.offline = '';
}

export function startClock() {
  stoppedAt = null;
  delete document.documentElement.dataset.offline;
}

/** `2 s ago`, `6 min ago`, `3 h ago`, `yesterday 17:40`, then the date; `in 4 min` for a future time. `due`: the word for a
 *  deadline that has passed, because the event that it announces takes a moment; undefined for other times. */
function formatTime(at, due) {
  const age = (now() - at) / 1000;
  if (due !== undefined && age > -1) return due;
  const amount = Math.abs(age);
  if (amount < seconds.day) {
    const span =
      amount < seconds.minute
        ? `${Math.floor(amount)} s`
        : amount < seconds.hour
          ? `${Math.floor(amount / seconds.minute)} min`
          : `${Math.floor(amount / seconds.hour)} h`;
    return age >= 0 ? `${span} ago` : `in ${span}`;
  }
  const { clock, date } = loadFormats();
  const yesterday = new Date(now() - seconds.day * 1000);
  if (date.format(at) === date.format(yesterday)) return `yesterday ${clock.format(at)}`;
  return `${date.format(at)}, ${clock.format(at)}`;
}

/** Created on first use, because Intl is slow to load and times of today need no formatter. */
function loadFormats() {
  formats ??= {
    clock: new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }),
    date: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }),
  };
  return formats;
}

function showTimes() {
  for (const time of document.querySelectorAll('time[data-ago]')) {
    const text = formatTime(new Date(time.dateTime), time.dataset.deadline);
    if (time.textContent !== text) time.textContent = text;
  }
  for (const bar of document.querySelectorAll('progress[data-from]')) showElapsed(bar);
}

/** The share of a span of time that has passed. */
function showElapsed(bar) {
  const [from, to] = [Date.parse(bar.dataset.from), Date.parse(bar.dataset.to)];
  bar.value = Math.min(1, Math.max(0, (now() - from) / (to - from)));
}
