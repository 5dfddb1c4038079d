// The job page beyond its card: the elapsed time relative to the usual duration, and a stalled warning.
// The log has its own module.
import { now } from './times.js';
import { watchLog } from './log.js';

const stalledMs = 15_000;
const everyMs = 1000;

watchLog();
showElapsed();
setInterval(showElapsed, everyMs);
document.addEventListener('chl:swapped', showElapsed);

/** Shows a factor, because seconds would be too precise for a job that is only late. */
function showElapsed() {
  for (const usual of document.querySelectorAll('[data-usual]')) {
    const times = (now() - Date.parse(usual.dataset.started)) / 1000 / Number(usual.dataset.usual);
    usual.querySelector('[data-times]').textContent = times >= 1.5 ? `, now ${times.toFixed(1)} × usual` : '';
  }
  for (const box of document.querySelectorAll('[data-stalled-from]')) {
    const age = now() - Date.parse(box.dataset.stalledFrom);
    const left = box.querySelector('[data-left]');
    if (left && age > stalledMs) left.textContent = ` · No progress for ${Math.floor(age / 1000)} s`;
  }
}
