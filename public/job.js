// What the page of a job does beyond its card: commands to copy, how long it takes beside the usual, and when nothing
// moves any more. The log has a module of its own.
import { watchLog } from './log.js';

const stalledMs = 15_000;
const everyMs = 1000;

watchLog();
wordElapsed();
setInterval(wordElapsed, everyMs);
document.addEventListener('chl:swapped', wordElapsed);
document.addEventListener('click', (event) => void copy(event));

/** `2 min 05 s` is too fine for what only says that it is late. */
function wordElapsed() {
  const now = Date.now();
  for (const usual of document.querySelectorAll('[data-usual]')) {
    const times = (now - Date.parse(usual.dataset.started)) / 1000 / Number(usual.dataset.usual);
    usual.querySelector('[data-times]').textContent = times >= 1.5 ? `, now ${times.toFixed(1)} × usual` : '';
  }
  for (const box of document.querySelectorAll('[data-stalled-from]')) {
    const age = now - Date.parse(box.dataset.stalledFrom);
    const left = box.querySelector('[data-left]');
    if (left && age > stalledMs) left.textContent = ` · No progress for ${Math.floor(age / 1000)} s`;
  }
}

async function copy({ target }) {
  const button = target.closest?.('[data-copy]');
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent;
  await navigator.clipboard.writeText(text);
  document.getElementById('say').textContent = 'Copied.';
  const word = button.textContent;
  button.textContent = 'Copied';
  setTimeout(() => {
    button.textContent = word;
  }, 2000);
}
