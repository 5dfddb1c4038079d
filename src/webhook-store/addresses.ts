// Names the kind of an IP address: of this machine, of its link, of a cloud's metadata, or any other. An address that
// carries an IPv4 address inside is judged by that one, too.
import { BlockList, isIPv4, isIPv6 } from 'node:net';

export type Address = { address: string; family: 4 | 6 };

type Range = [net: string, prefix: number];

const listOf = (...ranges: Range[]) => {
  const list = new BlockList();
  for (const [net, prefix] of ranges) list.addSubnet(net, prefix, isIPv4(net) ? 'ipv4' : 'ipv6');
  return list;
};

const loopback = listOf(['127.0.0.0', 8], ['::1', 128]);

/** Addresses that no webhook may reach, and their names. */
const forbidden: [name: string, list: BlockList][] = [
  [
    'a metadata address of a cloud',
    listOf(
      ['169.254.169.254', 32],
      ['169.254.170.2', 32],
      ['100.100.100.200', 32],
      ['168.63.129.16', 32],
      ['192.0.0.192', 32],
      ['fd00:ec2::254', 128],
      ['fd20:ce::254', 128],
    ),
  ],
  ['a link-local address', listOf(['169.254.0.0', 16], ['fe80::', 10])],
  ['a multicast address', listOf(['224.0.0.0', 4], ['ff00::', 8])],
  ['an unspecified address', listOf(['0.0.0.0', 8], ['::', 128])],
  ['a reserved address', listOf(['240.0.0.0', 4])],
];

/** Returns it in one form: without zone, an IPv4 address in IPv6 as the IPv4 address that is reached. */
export function canonical(text: string): Address {
  const bare = text.replace(/%.*$/, '');
  if (!isIPv6(bare)) return { address: bare, family: 4 };
  const groups = groupsOf(bare);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return { address: v4Of(groups.slice(6)), family: 4 };
  return { address: new URL(`http://[${bare}]/`).hostname.slice(1, -1), family: 6 };
}

export const isLoopbackAddress = (one: Address): boolean => isIn(loopback, one);

/** The name of a forbidden kind: of the address itself, or of one inside of it; null for any other address. */
export function findForbidden(one: Address): string | null {
  const all = withInner(one);
  return forbidden.find(([, list]) => all.some((each) => isIn(list, each)))?.[0] ?? null;
}

/** Whether it leads to this machine: loopback, unspecified, or one of `own`. */
export function leadsHere(one: Address, own: readonly string[]): boolean {
  const ownAddresses = own.map((address) => canonical(address).address);
  return withInner(one).some(
    (each) => isLoopbackAddress(each) || isUnspecified(each) || ownAddresses.includes(each.address),
  );
}

const isUnspecified = ({ address }: Address) => address === '0.0.0.0' || address === '::';

const isIn = (list: BlockList, { address, family }: Address) =>
  list.check(address, family === 4 ? 'ipv4' : 'ipv6');

/** With the IPv4 addresses that an IPv6 address carries: compatible and translated ones, NAT64 and 6to4. */
function withInner(one: Address): Address[] {
  if (one.family === 4) return [one];
  const groups = groupsOf(one.address);
  const is = (...begin: number[]) => begin.every((group, at) => groups[at] === group);
  const inner: number[][] = [];
  if (is(0, 0, 0, 0, 0, 0) || is(0, 0, 0, 0, 0xffff, 0) || is(0x64, 0xff9b)) inner.push(groups.slice(6));
  if (is(0x2002)) inner.push(groups.slice(1, 3));
  return [one, ...inner.filter(isNoSmallNumber).map((pair) => ({ address: v4Of(pair), family: 4 as const }))];
}

/** `::` and `::1` carry none. */
const isNoSmallNumber = ([high = 0, low = 0]: number[]) => high > 0 || low > 1;

const v4Of = (pair: number[]): string => pair.flatMap((group) => [group >> 8, group & 0xff]).join('.');

/** The eight groups of an IPv6 address. */
function groupsOf(text: string): number[] {
  const written = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = '', tail] = written.split('::');
  const read = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [begin, end] = [read(head), read(tail ?? '')];
  return [...begin, ...Array<number>(8 - begin.length - end.length).fill(0), ...end];
}
