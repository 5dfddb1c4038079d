// The form of a host in a Host header or a URL's origin: a name or an address, and a port unless it is the default one.

/** Accepts lower case only. An IPv6 address has brackets. */
export function isHost(text: string): boolean {
  return /^([a-z0-9_]([a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/.test(text);
}

/** `host` as a URL's `hostname`. */
export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);
}
