// Stores display preferences in cookies, so that the server renders the next page with them.

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

/** Cycles through system, light and dark. */
export function nextTheme() {
  const form = document.querySelector('[data-theme-switch]');
  const buttons = [...form.querySelectorAll('button')];
  const at = buttons.findIndex((button) => button.getAttribute('aria-pressed') === 'true');
  setTheme(form, buttons[(at + 1) % buttons.length]);
}

/** Sets a cookie for one year. */
export function keep(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=strict`;
}

function setTheme(form, button) {
  if (button.value) document.documentElement.dataset.theme = button.value;
  else delete document.documentElement.dataset.theme;
  keep('chl_theme', button.value);
  for (const other of form.querySelectorAll('button')) other.setAttribute('aria-pressed', other === button);
}
