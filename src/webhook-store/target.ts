// Judges the address of a webhook. This machine may be reached, except for this server itself, which would let its own requests
// pass; other hosts only where the setting `webhooks.hosts` lists them. The address is resolved once: the caller connects to it.
import { isIP } from 'node:net';
import { invalidArguments } from '../core/arguments.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { formatList } from '../core/format.ts';
import { inTime } from '../core/in-time.ts';
import type { OwnAddress } from '../core/kernel.ts';
import { type Address, canonical, findForbidden, isLoopbackAddress, leadsHere } from './addresses.ts';

/** `address`: the one to connect to, whatever the name resolves to later. `others`: to try when it cannot be reached. */
export type Target = Address & { url: URL; others: Address[] };

/** Every address of a name. */
type Lookup = (name: string) => Promise<string[]>;

export type TargetRules = {
  config: Pick<Config, 'port' | 'webhookHosts'>;
  ownAddress: () => OwnAddress | null;
  lookup: Lookup;
  /** The addresses of this machine. */
  interfaces: () => string[];
};

export type ResolveTarget = ReturnType<typeof createResolveTarget>;

const maxLength = 2000;
const lookupMaxMs = 5000;
const hiddenQuery = '?…';
const hiddenPath = '/…';

export function createResolveTarget(rules: TargetRules) {
  /** Throws `invalid_arguments` with the reason, for the field `url`. `hosts`: those that may be reached besides this machine. */
  return async (text: string, hosts: readonly string[] = rules.config.webhookHosts): Promise<Target> => {
    const problem = findUrlFault(text, hosts);
    if (problem !== null) throw refuse(problem);
    const url = new URL(text.trim());
    const host = hostOf(url);
    const addresses = (await resolve(host, rules.lookup)).map(canonical);
    const shown = isIP(host) ? host : `${host} (${formatList(addresses.map(({ address }) => address))})`;
    for (const address of addresses) {
      const fault = judge(address, url, shown, hosts, rules);
      if (fault !== null) throw refuse(fault);
    }
    const [first, ...others] = addresses;
    return { url, ...(first as Address), others };
  };
}

/** The fault that shows without looking up the name; null without one. Never repeats the address, which may have a password. */
export function findUrlFault(text: unknown, hosts: readonly string[]): string | null {
  if (typeof text !== 'string' || text.trim() === '')
    return 'Address: write one, such as http://127.0.0.1:9000/hook.';
  const written = text.trim();
  if (written.length > maxLength)
    return `Address: at most ${maxLength} characters; it has ${written.length}.`;
  // The parser would leave them out.
  if (/[\s\p{Cc}\\]/u.test(written)) return 'Address: without blanks, control characters and backslashes.';
  if (!/^https?:\/\/[^/]/i.test(written) || !URL.canParse(written))
    return 'Address: begin it with http:// or https://, then a host, such as http://127.0.0.1:9000/hook.';
  const url = new URL(written);
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?#]*@/.test(written))
    return 'Address: without user and password. The signature shows who sends.';
  if (written.includes('#')) return 'Address: without a part behind #, which is never sent.';
  if (written.endsWith(hiddenQuery) || written.endsWith(hiddenPath))
    return 'Address: its end was left out where it was shown. Write it in full.';
  const host = hostOf(url);
  const address = isIP(host) ? canonical(host) : null;
  if (address && (findForbidden(address) || isLoopbackAddress(address))) return null;
  return address === null && isLocalName(host) ? null : findUnlisted(host, hosts);
}

/** The address as readers see it: its path and its query may have a token. `http://127.0.0.1:9000/hooks/…` */
export function withoutTokens(url: string): string {
  const [, begin = url] = /^([^?/]*\/\/[^/?]*(?:\/[^/?]*)?)/.exec(url) ?? [];
  const rest = url.slice(begin.length);
  if (rest === '' || rest === '/') return url;
  return begin + (rest.startsWith('/') ? hiddenPath : hiddenQuery);
}

/** A host as the setting writes it: without brackets, and without the dot that ends a whole name. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

/** Such a name must lead to this machine. */
const isLocalName = (host: string): boolean => /^(.+\.)?localhost$/.test(host);

const hostsSetting = '“Hosts that webhooks may reach” on /settings/limits (webhooks.hosts)';

function findUnlisted(host: string, hosts: readonly string[]): string | null {
  const isListed = hosts.some((one) => sameForm(one) === sameForm(host));
  return isListed
    ? null
    : `${host} is not this machine. Add it to ${hostsSetting} if webhooks may reach it, or use another host.`;
}

function sameForm(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) ? canonical(bare).address : bare.toLowerCase().replace(/\.$/, '');
}

function judge(
  address: Address,
  url: URL,
  shown: string,
  hosts: readonly string[],
  { config, ownAddress, interfaces }: TargetRules,
): string | null {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  if ([config.port, ownAddress()?.port].includes(port) && leadsHere(address, interfaces()))
    return `${shown}, port ${port}: this is the server itself. Use another port, or add another host to ${hostsSetting}.`;
  const kind = findForbidden(address);
  if (kind !== null) return `${shown} is ${kind}, which no webhook may reach. Use another host.`;
  return isLoopbackAddress(address) ? null : findUnlistedAddress(hostOf(url), shown, hosts);
}

/** A name such as `localhost` may lead to loopback only, unless it is listed. */
function findUnlistedAddress(host: string, shown: string, hosts: readonly string[]): string | null {
  return findUnlisted(host, hosts) === null ? null : `${shown} is not this machine. Use 127.0.0.1.`;
}

async function resolve(host: string, lookup: Lookup): Promise<string[]> {
  if (isIP(host)) return [host];
  // Servers of names do not know such names.
  if (host.endsWith('.localhost')) return ['127.0.0.1', '::1'];
  const found = await inTime(
    lookup(host).catch(() => []),
    lookupMaxMs,
  );
  if (found === null) throw unresolved(`${host} was not resolved within ${lookupMaxMs / 1000} s. Try again.`);
  if (found.length === 0) throw unresolved(`There is no address of ${host}. Check the name.`);
  return found;
}

function refuse(message: string) {
  return invalidArguments([{ field: 'url', message }]);
}

/** A server of names may answer at another time. */
function unresolved(message: string) {
  return new AppError('invalid_arguments', message, {
    problems: [{ field: 'url', message }],
    is_unresolved: true,
  });
}

export const isUnresolved = ({ details }: AppError): boolean => details?.is_unresolved === true;
