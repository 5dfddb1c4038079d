// The snapshot upload form: a chosen or dropped file is sent at once, with progress, rate, time left and a cancel button.
// Size and type are checked before sending; the server checks them again.

const mebibyte = 1024 * 1024;
const mib = (bytes) => (bytes / mebibyte).toFixed(1);

export function watchUpload() {
  const form = document.getElementById('snapshot-form');
  if (!form) return;
  const part = (selector) => form.querySelector(selector);
  const [input, send, cancel] = ['#snapshot-file', '#snapshot-send', '#snapshot-cancel'].map(part);
  const [drop, box, bar] = ['.drop', '[data-progress]', 'progress'].map(part);
  const [label, pace, note] = ['#upload-label', '[data-pace]', '#index-note'].map(part);
  let startedAt = 0;
  let isReceived = false;
  // Choosing a file submits the form.
  send.hidden = true;

  input.addEventListener('change', () => {
    const [file] = input.files;
    const problem = file && refuse(file);
    note.textContent = problem ?? '';
    if (problem) form.reset();
    else if (file) form.requestSubmit(send);
  });

  function refuse({ name, size, type }) {
    const limit = Number(form.dataset.limitMib);
    if (size > limit * mebibyte)
      return `${name} is ${mib(size)} MiB. The limit is ${limit} MiB. Nothing was uploaded.`;
    if (!name.toLowerCase().endsWith('.zip') && !type.includes('zip'))
      return `${name} is not a ZIP file. Nothing was uploaded. Choose the ZIP file of a snapshot.`;
    return null;
  }

  for (const name of ['dragenter', 'dragover']) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.dataset.over = '';
    });
  }
  for (const name of ['dragleave', 'drop']) drop.addEventListener(name, () => delete drop.dataset.over);
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });

  form.addEventListener('htmx:beforeRequest', () => {
    startedAt = performance.now();
    isReceived = false;
    label.textContent = `Uploading ${input.files[0]?.name ?? ''}`;
    pace.textContent = '';
    show(true);
  });
  // The response fires progress events too; they are not the upload's.
  form.addEventListener('htmx:xhr:progress', ({ detail: { loaded, total, lengthComputable } }) => {
    if (isReceived || !lengthComputable) return;
    const seconds = (performance.now() - startedAt) / 1000;
    isReceived = loaded >= total;
    bar.value = loaded / total;
    pace.textContent = `${mib(loaded)} of ${mib(total)} MiB${seconds > 1 ? formatPace(loaded, total, seconds) : ''}`;
    if (!isReceived) return;
    bar.removeAttribute('value');
    label.textContent = 'Received. Checking the snapshot.';
  });
  cancel.addEventListener('click', () => {
    htmx.trigger(form, 'htmx:abort');
    note.textContent = 'Upload cancelled. Nothing was kept; the current index is unchanged.';
  });
  form.addEventListener('htmx:afterRequest', () => {
    show(false);
    form.reset();
    if (document.activeElement === document.body) input.focus();
  });

  function show(isUnderWay) {
    box.hidden = !isUnderWay;
    cancel.hidden = !isUnderWay;
    drop.hidden = isUnderWay;
    if (isUnderWay) bar.value = 0;
  }
}

function formatPace(loaded, total, seconds) {
  const rate = loaded / seconds;
  return ` · ${mib(rate)} MiB/s · about ${Math.max(1, Math.round((total - loaded) / rate))} s left`;
}
