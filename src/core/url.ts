// Every address that leaves the server is made here: links, forms, redirects, assets, cookie paths, the stream. Routes
// are registered without it.

/** The path below which the whole site is served; '' is the root. */
const basePath = '';

type Value = string | number | null | undefined;

/** The address of a path, which begins with `/` and may hold a fragment. Empty values of `query` are left out; commas and
 *  colons stay readable. */
export function url(path: string, query: Record<string, Value> = {}): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) parts.set(name, String(value));
  if (parts.size === 0) return basePath + path;
  const [pathname, fragment] = path.split('#');
  const text = parts.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return `${basePath}${pathname}?${text}${fragment === undefined ? '' : `#${fragment}`}`;
}
