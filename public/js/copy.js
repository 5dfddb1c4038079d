// Buttons that copy a text of the page, or one that the server gives.
import { announce, showNotice } from './toast.js';

const shownMs = 2000;

/** The labels of the buttons that say that they have copied. */
const labels = new WeakMap();

export function watchCopies() {
  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.('[data-copy], [data-copy-from]');
    if (button) void copy(button);
  });
}

async function copy(button) {
  const text = await textFor(button.dataset);
  if (text === null) {
    showNotice({ tone: 'bad', title: 'Not copied.', text: 'The server did not send the text. Try again.' });
    return;
  }
  if (!(await write(text))) {
    const advice = 'The browser does not allow it here. Select the text and copy it by keyboard.';
    showNotice({ tone: 'bad', title: 'Not copied.', text: advice });
    return;
  }
  announce('Copied.');
  const label = labels.get(button) ?? button.textContent;
  labels.set(button, label);
  button.textContent = 'Copied';
  setTimeout(() => {
    button.textContent = label;
    labels.delete(button);
  }, shownMs);
}

/** Null when the server refuses it or does not answer. */
async function textFor({ copy, copyFrom }) {
  if (copyFrom === undefined) return document.getElementById(copy).textContent;
  try {
    const answer = await fetch(copyFrom);
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** Browsers offer the clipboard to secure pages only, and a page under another name than localhost is none. */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeFromField(text);
  }
}

function writeFromField(text) {
  const focused = document.activeElement;
  const field = Object.assign(document.createElement('textarea'), { className: 'sr', value: text });
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  focused?.focus();
  return isCopied;
}
