// The form of a host in a Host header or a URL's origin: a name or an address, and a port unless it is the default one.

/** Accepts only what a browser can send: lower case, an IPv6 address in brackets, each address in its one form. */
export function isHost(text: string): boolean {
  const hasForm = /^([a-z0-9_]([a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(:[1-9]\d{0,4})?$/.test(text);
  return hasForm && asBrowserSends(text) === text;
}

/** Null for a text that no browser takes for a host. The port stays, because proxies send the default one too. */
export function asBrowserSends(text: string): string | null {
  const port = /:\d+$/.exec(text)?.[0] ?? '';
  const address = `http://${text}/`;
  return !/[/\\@?#]/.test(text) && URL.canParse(address) ? new URL(address).hostname + port : null;
}

/** The Host headers of a server that listens at `address`, an address or name; those of loopback always count, and a
 *  wildcard adds none. Browsers leave the default port out. */
export function ownHosts(port: number | undefined, address = '127.0.0.1'): string[] {
  const listensAt = isWildcard(address) ? null : asBrowserSends(withBrackets(address.toLowerCase()));
  const names = [...new Set(['127.0.0.1', 'localhost', '[::1]', ...(listensAt ? [listensAt] : [])])];
  return [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
}

/** Whether a server at `address` can be reached from other machines. */
export function isRemote(address: string): boolean {
  return !isLoopback(withBrackets(address.toLowerCase()));
}

/** Every address of this machine. */
function isWildcard(address: string): boolean {
  return /^(0\.0\.0\.0|[0:]+)$/.test(address);
}

function withBrackets(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** `host` as a URL's `hostname`. */
export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);
}
