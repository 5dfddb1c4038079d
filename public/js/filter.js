// Filters the custom operations by name: shows the matching rows and opens their groups, and restores the groups when the
// filter is cleared. A swap keeps the typed text, so the filter is applied again after it.

/** The groups that were open before the filter was used. */
let openBefore = null;

export function watchFilter() {
  document.addEventListener('input', ({ target }) => {
    if (target.id === 'operation-filter') apply();
  });
  document.addEventListener('chl:swapped', apply);
}

function apply() {
  const field = document.getElementById('operation-filter');
  const groups = [...document.querySelectorAll('details.group:not(#more)')];
  const wanted = field?.value.trim().toLowerCase() ?? '';
  if (!wanted && !openBefore) return;
  openBefore ??= new Set(groups.filter(({ open }) => open).map(({ id }) => id));
  for (const group of groups) {
    const rows = [...group.querySelectorAll('[data-filtered]')];
    for (const row of rows) row.hidden = !row.dataset.filtered.toLowerCase().includes(wanted);
    const matches = rows.filter(({ hidden }) => !hidden).length;
    group.hidden = matches === 0;
    group.open = wanted ? matches > 0 : openBefore.has(group.id);
  }
  const empty = document.querySelector('[data-filter-empty]');
  if (empty) empty.hidden = groups.some(({ hidden }) => !hidden);
  if (!wanted) openBefore = null;
}
