// What this browser remembers, in cookies that the server reads: so that the next page comes as it was left.

export function watchPreferences() {
  const form = document.querySelector('[data-theme-switch]');
  form?.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    event.preventDefault();
    setTheme(form, button);
  });
  document.getElementById('howto')?.addEventListener('toggle', ({ target }) => {
    keep('chl_howto', target.open ? 'open' : 'closed');
  });
}

/** The next of system, light and dark. */
export function nextTheme() {
  const form = document.querySelector('[data-theme-switch]');
  const buttons = [...form.querySelectorAll('button')];
  const at = buttons.findIndex((button) => button.getAttribute('aria-pressed') === 'true');
  setTheme(form, buttons[(at + 1) % buttons.length]);
}

/** For a year. */
export function keep(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=strict`;
}

function setTheme(form, button) {
  if (button.value) document.documentElement.dataset.theme = button.value;
  else delete document.documentElement.dataset.theme;
  keep('chl_theme', button.value);
  for (const other of form.querySelectorAll('button')) other.setAttribute('aria-pressed', other === button);
}
