// Every address that a script makes: below the path that the site is served from.
const base = document.documentElement.dataset.base ?? '';

/** The address of a path, which begins with `/`. */
export function url(path) {
  return base + path;
}
