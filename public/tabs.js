// Scrolls the open tab of the navigation into view, for browsers that do not do that by style.

export function showOpenTab() {
  document.querySelector('.tabs [aria-current]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
}
