// Forms that upload files: chosen or dropped files are sent at once, with progress, rate, time left and a cancel button. Number,
// size and type are checked before sending; the server checks them again. A form may come and go with a swap.

const mebibyte = 1024 * 1024;
const mib = (bytes) => (bytes / mebibyte).toFixed(1);

export function watchUploads() {
  showUploads();
  document.addEventListener('chl:swapped', showUploads);
  // Before a listener of the form around it, whose other fields did not change.
  document.addEventListener('change', onChange, true);
  for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) document.addEventListener(name, onDrag);
  document.addEventListener('click', ({ target }) => {
    const form = target.closest('[data-cancel]')?.closest('[data-upload]');
    if (!form) return;
    htmx.trigger(inputOf(form), 'htmx:abort');
    say(form, `Upload cancelled. Nothing was kept. ${form.dataset.unchanged}`);
  });
  document.addEventListener('submit', stopUntilSent, true);
  const { body } = document;
  body.addEventListener('htmx:beforeRequest', ({ detail }) => {
    const form = formOf(detail.elt);
    if (form) start(form);
  });
  // The response fires progress events too; they are not the upload's.
  body.addEventListener('htmx:xhr:progress', ({ target, detail }) => {
    const form = formOf(target);
    if (form && detail.lengthComputable) showProgress(form, detail);
  });
  // Files that were read, or removed, are a change of the form around them.
  body.addEventListener('htmx:afterSwap', ({ target }) => {
    if (target.matches('[data-upload]')) target.dispatchEvent(new Event('change', { bubbles: true }));
  });
  body.addEventListener('htmx:afterRequest', ({ detail }) => {
    const form = formOf(detail.elt);
    if (!form) return;
    toggle(form, false);
    inputOf(form).value = '';
    if (document.activeElement === body) inputOf(form).focus();
  });
}

const inputOf = (form) => form.querySelector('input[type="file"]');
const formOf = (element) => (element?.type === 'file' ? element.closest('[data-upload]') : null);
const say = (form, text) => {
  form.querySelector('[data-upload-note]').textContent = text;
};

/** A form around an upload waits for it: without its file the form would be refused, and the upload would be lost. */
function stopUntilSent(event) {
  const progress = event.target.querySelector('[data-upload] [data-progress]:not([hidden])');
  if (!progress) return;
  event.preventDefault();
  event.stopPropagation();
  say(progress.closest('[data-upload]'), 'Wait until the upload is complete, or cancel it.');
}

/** Choosing a file sends it, so the button is for pages without JavaScript. */
function showUploads() {
  for (const button of document.querySelectorAll('[data-upload] [data-send]')) button.hidden = true;
}

function onChange(event) {
  const form = formOf(event.target);
  if (!form) return;
  event.stopPropagation();
  const { files } = event.target;
  if (files.length === 0) return;
  const problem = refuse([...files], form.dataset);
  say(form, problem ?? '');
  if (problem) event.target.value = '';
  else htmx.trigger(event.target, 'upload');
}

function refuse(files, { limit, limitBytes, maxFiles, endings, expected }) {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const name = files.length === 1 ? files[0].name : `${files[0].name} and ${files.length - 1} more`;
  if (files.length > Number(maxFiles))
    return `${files.length} files are too many. Choose at most ${maxFiles}. Nothing was uploaded.`;
  if (bytes > Number(limitBytes))
    return `${name}: ${mib(bytes)} MiB. The limit is ${limit}. Nothing was uploaded.`;
  const isKnown = (file) => endings.split(' ').some((ending) => file.name.toLowerCase().endsWith(ending));
  const other = files.find((file) => !isKnown(file));
  return other ? `${other.name} is not ${expected}. Nothing was uploaded.` : null;
}

function onDrag(event) {
  const drop = event.target.closest?.('[data-upload] .drop');
  if (!drop) return;
  const isOver = event.type === 'dragenter' || event.type === 'dragover';
  if (isOver || event.type === 'drop') event.preventDefault();
  if (isOver) drop.dataset.over = '';
  else delete drop.dataset.over;
  if (event.type !== 'drop') return;
  const input = drop.querySelector('input');
  if (input.matches('[data-locked]')) return say(drop.closest('[data-upload]'), input.title);
  input.files = event.dataTransfer.files;
  return input.dispatchEvent(new Event('change', { bubbles: true }));
}

function start(form) {
  const [first, ...others] = inputOf(form).files;
  const name = others.length > 0 ? `${first.name} and ${others.length} more` : first?.name;
  form.startedAt = performance.now();
  form.isReceived = false;
  form.querySelector('[data-label]').textContent = `Uploading ${name ?? ''}`;
  form.querySelector('[data-pace]').textContent = '';
  toggle(form, true);
}

function showProgress(form, { loaded, total }) {
  if (form.isReceived) return;
  const bar = form.querySelector('progress');
  const seconds = (performance.now() - form.startedAt) / 1000;
  form.isReceived = loaded >= total;
  bar.value = loaded / total;
  form.querySelector('[data-pace]').textContent =
    `${mib(loaded)} of ${mib(total)} MiB${seconds > 1 ? formatPace(loaded, total, seconds) : ''}`;
  if (!form.isReceived) return;
  bar.removeAttribute('value');
  form.querySelector('[data-label]').textContent = form.dataset.checking;
}

function toggle(form, isUnderWay) {
  form.querySelector('[data-progress]').hidden = !isUnderWay;
  form.querySelector('[data-cancel]').hidden = !isUnderWay;
  form.querySelector('.drop').hidden = isUnderWay;
  if (isUnderWay) form.querySelector('progress').value = 0;
}

function formatPace(loaded, total, seconds) {
  const rate = loaded / seconds;
  return ` · ${mib(rate)} MiB/s · about ${Math.max(1, Math.round((total - loaded) / rate))} s left`;
}
