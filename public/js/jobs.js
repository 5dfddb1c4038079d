// The selected jobs of the list: kept while rows change, across pages and while the tab visits other pages; dropped, with
// a notice, when the filter changes, and when a bulk action has taken them. Without this script a form sends the
// checkboxes of its page.

/** Session storage key: the filter and the numbers that were selected under it. */
const key = 'chl-picked';

const picked = new Set();
const bulk = document.getElementById('bulk');
const results = () => document.getElementById('job-results');
const boxes = () => [...results().querySelectorAll('.c-pick input[name="number"]')];
let { choice } = results().dataset;

restorePicked();

/** Checks the boxes of new rows, updates the counts, and adds hidden fields for selected jobs on other pages. */
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
  const bar = results().querySelector('[data-picked]');
  bar?.classList.toggle('is-on', picked.size > 0);
  const text = bar?.querySelector('[data-picked-text]');
  const others = elsewhere.length > 0 ? `, ${elsewhere.length} of them on other pages` : '';
  if (text) text.textContent = `${picked.size} selected${others}`;
  sessionStorage.setItem(key, JSON.stringify({ choice, numbers: [...picked] }));
}

function restorePicked() {
  const stored = JSON.parse(sessionStorage.getItem(key) ?? '{"numbers":[]}');
  for (const number of stored.numbers) picked.add(number);
  if (stored.choice !== choice) dropPicked();
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

document.addEventListener('click', ({ target }) => {
  if (!target.closest?.('[data-unpick]')) return;
  picked.clear();
  showPicked();
  document.getElementById('h-jobs').focus();
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

/** A bulk action has begun: its page has the result of each job. */
document.body.addEventListener('htmx:beforeOnLoad', ({ detail: { xhr } }) => {
  if (xhr.getResponseHeader('hx-redirect')?.includes('/jobs/bulk/')) sessionStorage.removeItem(key);
});

document.body.addEventListener('htmx:afterSettle', () => {
  const { dataset } = results();
  if (dataset.choice !== choice) dropPicked();
  choice = dataset.choice;
  showPicked();
  showSearch(dataset);
});

function dropPicked() {
  if (picked.size === 0) return;
  const text = `The filter changed. Jobs selected before: ${picked.size}.`;
  picked.clear();
  document.body.dispatchEvent(
    new CustomEvent('chl-notice', { detail: { tone: 'ok', title: 'Selection cleared.', text } }),
  );
}

/** The search form is outside the swapped results: it follows the address, but never overwrites text being typed. */
function showSearch({ q, operation, status }) {
  const form = document.getElementById('job-search');
  if (document.activeElement !== form.elements.q || form.elements.q.value.includes(':'))
    form.elements.q.value = q;
  form.elements.operation.value = operation;
  form.elements.status.value = status;
}

showPicked();
