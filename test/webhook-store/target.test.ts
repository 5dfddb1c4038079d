// Addresses of webhooks: every spelling of this server, of link-local and metadata addresses, and of hosts that are not listed.
import t from 'tap';
import { readProblems } from '../../src/core/arguments.ts';
import type { AppError } from '../../src/core/errors.ts';
import { createResolveTarget, withoutTokens } from '../../src/webhook-store/target.ts';

const names: Record<string, string[]> = {
  localhost: ['127.0.0.1', '::1'],
  'hooks.example.org': ['203.0.113.7', '2001:db8::7'],
  'both.example.org': ['203.0.113.7', '169.254.169.254'],
  'here.example.org': ['127.0.0.1'],
  'mapped.example.org': ['::ffff:127.0.0.1'],
  'link.example.org': ['fe80::1%eth0'],
  'own.example.org': ['192.0.2.44'],
};
const hosts = [
  '203.0.113.9',
  '::7f00:2',
  '2001:db8::9',
  '192.0.2.44',
  '169.254.7.7',
  '::',
  ...Object.keys(names),
].filter((host) => host !== 'localhost');

const resolveTarget = createResolveTarget({
  config: { port: 4747, webhookHosts: hosts },
  ownAddress: () => ({ host: '127.0.0.1', port: 5151 }),
  lookup: async (name) => names[name] ?? Promise.reject(new Error('ENOTFOUND')),
  interfaces: () => ['127.0.0.1', '::1', '192.0.2.44', 'fd00::44'],
});

const judge = (url: string) =>
  resolveTarget(url).then(
    (to) => [to, ...to.others].map(({ address, family }) => `${address} ${family}`).join(', '),
    (error: AppError) => readProblems(error).problemOf('url') ?? String(error),
  );

const accepted: [url: string, to: string][] = [
  ['http://127.0.0.1:9000/hook', '127.0.0.1 4'],
  ['http://127.9.8.7', '127.9.8.7 4'],
  ['https://localhost:9000/hook?token=1', '127.0.0.1 4, ::1 6'],
  ['http://LOCALHOST.:9000/', '127.0.0.1 4, ::1 6'],
  ['http://any.localhost:9000/', '127.0.0.1 4, ::1 6'],
  ['http://[::1]:9000/', '::1 6'],
  ['http://2130706433:9000/', '127.0.0.1 4'],
  ['http://0x7f.1:9000/', '127.0.0.1 4'],
  ['http://0177.0.0.1:9000/', '127.0.0.1 4'],
  ['http://[::ffff:127.0.0.1]:9000/', '127.0.0.1 4'],
  ['https://hooks.example.org/in', '203.0.113.7 4, 2001:db8::7 6'],
  ['https://Hooks.Example.ORG./in', '203.0.113.7 4, 2001:db8::7 6'],
  ['http://203.0.113.9/', '203.0.113.9 4'],
  ['http://3405803785/', '203.0.113.9 4'],
  ['http://[::ffff:203.0.113.9]/', '203.0.113.9 4'],
  ['http://[2001:DB8:0::9]/', '2001:db8::9 6'],
  ['http://here.example.org:9000/', '127.0.0.1 4'],
  ['http://own.example.org:9000/', '192.0.2.44 4'],
];

const own =
  /this is the server itself. Use another port, or add another host to “Hosts that webhooks may reach” on \/settings\/limits/;
const refused: [url: string, why: RegExp][] = [
  ...[
    'http://127.0.0.1:4747/api/v1/jobs',
    'http://127.0.0.1:5151/',
    'http://127.77.0.1:5151/',
    'http://localhost:5151/',
    'http://any.localhost:5151/',
    'http://2130706433:5151/',
    'http://0x7f.1:5151/',
    'http://0177.0.0.01:5151/',
    'http://127.1:5151/',
    'http://①②⑦.0.0.1:5151/',
    'http://[::1]:5151/',
    'http://[0:0::1]:5151/',
    'http://[::ffff:127.0.0.1]:5151/',
    'http://[::ffff:7f00:1]:5151/',
    'http://[::7f00:2]:5151/',
    'http://0.0.0.0:5151/',
    'http://0:5151/',
    'http://[::]:5151/',
    'http://[::ffff:0.0.0.0]:5151/',
    'http://192.0.2.44:5151/',
    'http://own.example.org:4747/',
    'http://here.example.org:5151/',
    'http://mapped.example.org:5151/',
  ].map((url): [string, RegExp] => [url, own]),
  ['http://169.254.169.254/latest', /^169.254.169.254 is a metadata address of a cloud/],
  ['http://0xa9fea9fe/', /^169.254.169.254 is a metadata/],
  ['http://[::ffff:a9fe:a9fe]/', /is a metadata/],
  ['http://[::a9fe:a9fe]/', /is a metadata/],
  ['http://[64:ff9b::a9fe:a9fe]/', /is a metadata/],
  ['http://[2002:a9fe:a9fe::1]/', /is a metadata/],
  ['http://[fd00:ec2::254]/', /is a metadata/],
  ['http://100.100.100.200/', /is a metadata/],
  ['http://169.254.7.7/', /^169.254.7.7 is a link-local address, which no webhook may reach/],
  ['http://[fe80::1]:9000/', /is a link-local/],
  ['http://link.example.org/', /^link.example.org \(fe80::1\) is a link-local/],
  ['http://both.example.org/', /^both.example.org \(203.0.113.7 and 169.254.169.254\) is a metadata/],
  ['http://224.0.0.1/', /is a multicast/],
  ['http://[ff02::1]/', /is a multicast/],
  ['http://0.0.0.0:9000/', /is an unspecified/],
  ['http://[::]:9000/', /is an unspecified/],
  ['http://255.255.255.255/', /is a reserved/],
  ['http://10.0.0.5/', /^10.0.0.5 is not this machine. Add it to “Hosts that .*\(webhooks.hosts\)/],
  ['http://[64:ff9b::7f00:1]:9000/', /is not this machine. Add it/],
  ['http://elsewhere.example.org/', /^elsewhere.example.org is not this machine. Add it/],
  ['http://hooks.example.org.evil.test/', /is not this machine. Add it/],
  ['ftp://127.0.0.1/', /^Address: begin it with http/],
  ['http:127.0.0.1:9000', /^Address: begin it with http/],
  ['http://[fe80::1%25eth0]/', /^Address: begin it with http/],
  ['http://999.1.1.1/', /^Address: begin it with http/],
  ['not an address', /^Address: without blanks/],
  ['http:\\\\127.0.0.1:9000/', /^Address: without blanks, control characters and backslashes/],
  ['', /^Address: write one/],
  ['http://127.0.0.1:9000/#x', /^Address: without a part behind #/],
  ['http://@127.0.0.1:9000/', /^Address: without user and password/],
  [`http://127.0.0.1:9000/${'x'.repeat(2000)}`, /^Address: at most 2000 characters; it has 2022/],
];

t.test('addresses of this machine and of listed hosts are resolved', async (t) => {
  for (const [url, to] of accepted) t.equal(await judge(url), to, url);
});

t.test('every other address is refused with its reason', async (t) => {
  for (const [url, why] of refused) t.match(await judge(url), why, url);
});

t.test('readers see the origin and the first part of the path', async (t) => {
  const shown: [string, string][] = [
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ['http://127.0.0.1:9000/', 'http://127.0.0.1:9000/'],
    ['http://127.0.0.1:9000/hook', 'http://127.0.0.1:9000/hook'],
    ['http://127.0.0.1:9000/hooks/T1/x?y', 'http://127.0.0.1:9000/hooks/…'],
    ['http://127.0.0.1:9000/hook?y=/1', 'http://127.0.0.1:9000/hook?…'],
    ['http://127.0.0.1:9000?y', 'http://127.0.0.1:9000?…'],
    ['http://127.0.0.1:9000//T1', 'http://127.0.0.1:9000//…'],
  ];
  for (const [url, to] of shown) t.equal(withoutTokens(url), to);
});

t.test('a password is never repeated', async (t) => {
  const message = await judge('http://anna:geheim77@127.0.0.1:9000/hook');
  t.match(message, /^Address: without user and password/);
  t.notMatch(message, 'geheim77');
});

t.test('a name of this machine that leads elsewhere is refused', async (t) => {
  const elsewhere = createResolveTarget({
    config: { port: 4747, webhookHosts: [] },
    ownAddress: () => null,
    lookup: async () => ['203.0.113.7'],
    interfaces: () => [],
  });
  await t.rejects(elsewhere('http://localhost:9000/'), /localhost \(203.0.113.7\) is not this machine/);
  await t.resolves(elsewhere('http://hooks.example.org/', ['hooks.example.org']));
});
