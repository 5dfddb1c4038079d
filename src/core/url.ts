// Builds every address that the server sends: links, forms, redirects, assets, cookie paths, the stream. Routes are
// registered without the base path.

/** The path below which the site is served; '' is the root. */
const basePath = '';

type Value = string | number | null | undefined;

/** `path` begins with `/` and may have a fragment. Empty values of `query` are omitted; commas and colons are not
 *  encoded. */
export function url(path: string, query?: Record<string, Value>): string {
  if (!query) return basePath + path;
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) parts.set(name, String(value));
  if (parts.size === 0) return basePath + path;
  const [pathname, fragment] = path.split('#');
  const text = parts.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return `${basePath}${pathname}?${text}${fragment === undefined ? '' : `#${fragment}`}`;
}
