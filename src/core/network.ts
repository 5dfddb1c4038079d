// The standard variables of proxies and certificates, which scripts, workers and the embedder's client honour.
import { BlockList, isIP } from 'node:net';
import path from 'node:path';
import { isLoopback } from './host.ts';

/** Asks for the proxy on loopback too, as in browsers' lists of exceptions. */
const throughLoopback = '<-loopback>';

type Environment = Record<string, string | undefined>;

const proxyNames = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);
/** Files and folders with certificates, for Node, OpenSSL, Python and curl. */
export const certificateNames = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
];

/** The variables that are set; paths become absolute, because scripts run in another folder. */
export function readNetwork(env: Environment, folder: string): Record<string, string> {
  const proxies = proxyNames.map((name) => [name, env[name]] as const);
  const certificates = certificateNames.map(
    (name) => [name, env[name] && path.resolve(folder, env[name])] as const,
  );
  return Object.fromEntries(
    [...proxies, ...certificates].flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

/** The variables for a script or worker: their programs do not know that loopback is direct, so NO_PROXY says it. */
export function networkOfChild(network: Record<string, string>): Record<string, string> {
  const { no_proxy, NO_PROXY, ...others } = network;
  const exceptions = no_proxy ?? NO_PROXY ?? '';
  const hasProxy = proxyNames.some((name) => others[name]);
  if (!hasProxy || exceptions.includes(throughLoopback)) return network;
  const all = [exceptions, 'localhost,127.0.0.1,::1'].filter(Boolean).join(',');
  return { ...others, no_proxy: all, NO_PROXY: all };
}

/** The secrets in the URLs of proxies, which may lack a scheme. */
export function proxySecrets(network: Record<string, string>): string[] {
  return proxyNames.flatMap((name) => {
    const value = network[name];
    if (!value || name.toLowerCase() === 'no_proxy') return [];
    return urlSecrets(value.includes('://') ? value : `http://${value}`);
  });
}

/** The password of a URL, and user and password together, as they are written and decoded. A user without a password may be a
 *  token, and is a secret only in its place, because it may as well be a name. */
export function urlSecrets(url: string): string[] {
  const [, login = ''] = /^[a-z0-9+.-]+:\/\/([^/?#]*)@/i.exec(url) ?? [];
  if (login === '') return [];
  const [, ...rest] = login.split(':');
  const password = rest.join(':');
  const parts = password === '' ? [`//${login}@`] : [login, password];
  return [...new Set([...parts, ...parts.map(decode)])];
}

/** The proxy for an address; null: direct. Loopback is direct unless NO_PROXY contains `<-loopback>`. */
export function proxyFor(address: string, network: Record<string, string>): URL | null {
  const target = new URL(address);
  const read = (name: string) => network[name] ?? network[name.toUpperCase()] ?? '';
  const proxy = read(target.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || read('all_proxy');
  if (!proxy || isExempt(target, read('no_proxy'))) return null;
  return new URL(/^[a-z0-9+.-]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`);
}

function isExempt(target: URL, exceptions: string): boolean {
  const rules = exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const isDirect = isLoopback(target.hostname) && !rules.includes(throughLoopback);
  return isDirect || rules.some((rule) => isMatch(rule, target));
}

/** `rule`: `*`, a name with its subdomains, an address, or a range of addresses; names and addresses also with a port. */
function isMatch(rule: string, { hostname, port, protocol }: URL): boolean {
  if (rule === '*') return true;
  if (rule.includes('/')) return isInRange(withoutBrackets(hostname), withoutBrackets(rule));
  const [, name = '', only] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(rule) ?? [null, `[${rule}]`];
  const isPort = only === undefined || only === (port || (protocol === 'https:' ? '443' : '80'));
  const suffix = name.replace(/^\*?\./, '');
  return isPort && suffix !== '' && (hostname === suffix || hostname.endsWith(`.${suffix}`));
}

/** `range`: an address and the length of its prefix, e.g. 10.0.0.0/8. */
function isInRange(host: string, range: string): boolean {
  const [network = '', prefix = ''] = range.split('/');
  const version = isIP(network);
  const isRange = /^\d+$/.test(prefix) && Number(prefix) <= (version === 6 ? 128 : 32);
  if (version === 0 || version !== isIP(host) || !isRange) return false;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(host, family);
}

/** Removes the brackets of an IPv6 address in a URL. */
export function withoutBrackets(host: string): string {
  return host.replace(/[[\]]/g, '');
}

/** Percent-encoded text; as it is where it is not. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
