// Builds every address used by scripts, below the base path of the site.
const base = document.documentElement.dataset.base ?? '';

/** `path` begins with `/`. */
export function url(path) {
  return base + path;
}
