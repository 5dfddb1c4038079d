// The page's clock. It stands still while the page is offline, so that no age or duration moves on from content that does
// not, and the style sheet stops the bars.

let stoppedAt = null;

/** The time to compute ages from, in milliseconds since 1970. */
export const now = () => stoppedAt ?? Date.now();

/** Stops the clock at a time, in milliseconds since 1970. */
export function stopClock(at) {
  stoppedAt ??= at;
  document.documentElement.dataset.offline = '';
}

export function startClock() {
  stoppedAt = null;
  delete document.documentElement.dataset.offline;
}
