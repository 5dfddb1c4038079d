// The card of browser notices: shows the state of this browser, switches notices on and off, and chooses their kinds.
import { areNoticesOn } from './notice-switch.js';
import { chooseKind, isKindOn, showNotice, switchOff, switchOn } from './notices.js';
import { announce } from './toast.js';
import { url } from './url.js';

const card = document.getElementById('notices');
const toggle = card.querySelector('[role="switch"]');
const problem = card.querySelector('[data-problem]');

card.querySelector('[data-allow]').addEventListener('click', () => void allow());
toggle.addEventListener('change', () => void change(toggle.checked));
card.querySelector('[data-test]').addEventListener('click', () => void attempt(showTest));
card.addEventListener('change', ({ target }) => {
  if (target.dataset.kind) chooseKind(target.dataset.kind, target.checked);
});
// Another tab may switch them, and the browser's own settings may allow or block them.
addEventListener('storage', show);
addEventListener('focus', show);
show();

function stateOf() {
  if (!window.isSecureContext) return 'insecure';
  if (!window.Notification || !navigator.locks) return 'unsupported';
  if (Notification.permission === 'denied') return 'blocked';
  if (Notification.permission === 'default') return 'ask';
  return areNoticesOn() ? 'on' : 'off';
}

function show() {
  const state = stateOf();
  for (const part of card.querySelectorAll('[data-states]'))
    part.hidden = !part.dataset.states.split(' ').includes(state);
  toggle.checked = state === 'on';
  for (const box of card.querySelectorAll('[data-kind]')) box.checked = isKindOn(box.dataset.kind);
}

async function allow() {
  await Notification.requestPermission();
  if (Notification.permission === 'granted') await change(true);
  else show();
}

async function change(isOn) {
  await attempt(() => (isOn ? switchOn() : switchOff()));
  if (problem.hidden) announce(isOn ? 'Notices are on.' : 'Notices are off.');
  show();
}

function showTest() {
  showNotice({
    title: 'Notices work in this browser.',
    body: 'Each finding, incident, failed job, backup and missed schedule looks like this.',
    tag: `test-${Date.now()}`,
    href: url('/settings/notices'),
  });
}

/** The problem stays until the next attempt. */
async function attempt(work) {
  problem.hidden = true;
  try {
    await work();
  } catch (error) {
    problem.textContent = `That did not work: ${error.message}`;
    problem.hidden = false;
  }
}
