// The ticked jobs of the list: they stay ticked while rows come and go, over pages too, and are dropped when the choice
// of jobs changes. Without this script the ticked ones of the page are sent as they are.

const picked = new Set();
const bulk = document.getElementById('bulk');
const results = () => document.getElementById('job-results');
const boxes = () => [...results().querySelectorAll('.c-pick input[name="number"]')];
let choice = results().dataset.choice;

/** Rows that were swapped in show what is picked; the buttons say how many, and what is on other pages goes along. */
function showPicked() {
  for (const box of boxes()) box.checked = picked.has(box.value);
  const onPage = new Set(boxes().map((box) => box.value));
  const page = document.getElementById('pick-page');
  if (page) {
    const ticked = boxes().filter((box) => box.checked).length;
    page.checked = ticked > 0 && ticked === onPage.size;
    page.indeterminate = ticked > 0 && ticked < onPage.size;
  }
  const elsewhere = [...picked].filter((number) => !onPage.has(number));
  bulk.replaceChildren(
    ...elsewhere.map((value) =>
      Object.assign(document.createElement('input'), { type: 'hidden', name: 'number', value }),
    ),
  );
  for (const button of results().querySelectorAll('[data-pick-label]')) {
    button.textContent = `${button.dataset.pickLabel} ${picked.size} selected…`;
  }
  results()
    .querySelector('[data-picked]')
    ?.classList.toggle('is-on', picked.size > 0);
}

let last = null;
document.addEventListener('click', (event) => {
  const box = event.target.closest?.('.c-pick input[name="number"]');
  if (!box) return;
  const all = boxes();
  if (event.shiftKey && last) {
    const ends = [all.findIndex(({ value }) => value === last), all.indexOf(box)];
    if (!ends.includes(-1)) {
      for (const other of all.slice(Math.min(...ends), Math.max(...ends) + 1)) {
        other.checked = box.checked;
        pick(other);
      }
    }
  }
  last = box.value;
  pick(box);
  showPicked();
});

document.addEventListener('change', ({ target }) => {
  if (target.id !== 'pick-page') return;
  for (const box of boxes()) {
    box.checked = target.checked;
    pick(box);
  }
  showPicked();
});

function pick({ checked, value }) {
  if (checked) picked.add(value);
  else picked.delete(value);
}

document.body.addEventListener('htmx:afterSettle', () => {
  const { dataset } = results();
  if (dataset.choice !== choice) dropPicked();
  choice = dataset.choice;
  showPicked();
  showSearch(dataset);
});

function dropPicked() {
  if (picked.size === 0) return;
  const text = `${picked.size} selected before; other filters show other jobs.`;
  picked.clear();
  document.body.dispatchEvent(
    new CustomEvent('chl-notice', { detail: { tone: 'ok', title: 'Nothing is selected now.', text } }),
  );
}

/** The form stands outside of what is swapped: it shows what the address says, but never takes what is being typed. */
function showSearch({ q, operation, status }) {
  const form = document.getElementById('job-search');
  if (document.activeElement !== form.elements.q || form.elements.q.value.includes(':'))
    form.elements.q.value = q;
  form.elements.operation.value = operation;
  form.elements.status.value = status;
}

showPicked();
