// Scrolls the navigation to its open tab, for browsers that do not do that by style. `scrollIntoView` would also make the
// first press of Tab begin there, past the skip link.

export function showOpenTab() {
  const open = document.querySelector('.tabs [aria-current]');
  const tabs = open?.closest('.tabs');
  if (!tabs) return;
  const [shown, tab] = [tabs.getBoundingClientRect(), open.getBoundingClientRect()];
  tabs.scrollLeft += Math.min(0, tab.left - shown.left) + Math.max(0, tab.right - shown.right);
}
