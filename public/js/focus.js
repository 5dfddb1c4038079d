// Keeps the focus when a swap moves or replaces the focused control, and moves it to the card's heading when the swap
// removes the control, so that it never falls to the body.

/** Hosts filled by the stream, and hosts that fetch their content. */
const hostSelector = '[sse-swap], [data-refetched]';
/** The last focused control inside a card, and the card's host. */
let last = null;
let swaps = 0;

export function watchFocus() {
  document.addEventListener('focusin', ({ target }) => {
    if (target.closest('dialog')) return;
    const host = target.closest(hostSelector);
    last = host && { control: target, host };
  });
  document.addEventListener('htmx:afterSwap', () => {
    swaps += 1;
  });
  // A control that loses the focus without a swap was left by the reader.
  document.addEventListener('focusout', ({ relatedTarget }) => {
    const [before, left] = [swaps, last];
    setTimeout(() => {
      if (!relatedTarget && swaps === before && last === left) last = null;
    });
  });
  document.addEventListener('mousedown', ({ target, detail }) => {
    if (detail < 2 && !target.closest('dialog')) last = null;
  });
  document.addEventListener('chl:swapped', keepFocus);
}

export function keepFocus() {
  if (!last || document.activeElement !== document.body) return;
  const { control, host } = last;
  const same = control.isConnected ? control : control.id && document.getElementById(control.id);
  const heading = host.querySelector('[tabindex="-1"]') ?? document.getElementById('main');
  (same || heading).focus({ preventScroll: true });
}
