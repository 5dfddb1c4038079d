// Moves the focus to the card's heading when a swap removes the focused control, so that it never falls to the body.

/** The last focused control inside a card, and the card's host. */
let last = null;

export function watchFocus() {
  document.addEventListener('focusin', ({ target }) => {
    if (target.closest('dialog')) return;
    const host = target.closest('[sse-swap]');
    last = host && { control: target, host };
  });
  document.addEventListener('mousedown', ({ target, detail }) => {
    if (detail < 2 && !target.closest('dialog')) last = null;
  });
  document.addEventListener('chl:swapped', keepFocus);
}

export function keepFocus() {
  if (!last || document.activeElement !== document.body || last.control.isConnected) return;
  const heading = last.host.querySelector('[tabindex="-1"]') ?? document.getElementById('main');
  heading.focus({ preventScroll: true });
}
