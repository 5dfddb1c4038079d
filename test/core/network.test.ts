import path from 'node:path';
import t from 'tap';
import { childEnvironment, readConfig } from '../../src/core/config.ts';
import { proxyFor } from '../../src/core/network.ts';
import { maskerFor, readSecrets } from '../../src/core/secrets.ts';

const proxyOf = (url: string, network: Record<string, string>) => proxyFor(url, network)?.href ?? null;
const service = { CHL_EMBEDDING_URL: 'https://embed.test', CHL_EMBEDDING_MODEL: 'm' };

t.test('the proxy is chosen by scheme, in either case of letters, and lower case first', async (t) => {
  const network = {
    http_proxy: 'http://a:1',
    HTTP_PROXY: 'http://b:1',
    HTTPS_PROXY: 'c:3128',
    ALL_PROXY: 'http://d:1',
  };
  t.equal(proxyOf('http://host/v1', network), 'http://a:1/');
  t.equal(proxyOf('https://host/v1', network), 'http://c:3128/');
  t.equal(proxyOf('https://host/v1', { all_proxy: 'http://d:1' }), 'http://d:1/');
  t.equal(proxyOf('https://host/v1', { http_proxy: 'http://a:1' }), null);
});

t.test('loopback and the hosts of NO_PROXY go direct', async (t) => {
  const proxies = { all_proxy: 'http://p:1' };
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '[::1]', 'a.localhost'])
    t.equal(proxyFor(`http://${host}:9`, proxies), null, host);
  const direct = {
    'https://box.lan': ['*', 'lan', '.lan', '*.lan', 'BOX.lan', 'x, box.lan', 'x box.lan', 'box.lan:443'],
    'http://127.0.0.1:9': ['127.0.0.1,<-loopback>'],
    'http://[fd00::1]': ['[fd00::1]', 'fd00::1', '[fd00::1]:80', 'fd00::/8', '[fd00::]/8', 'FD00:0::/16'],
    'http://10.1.2.3:9': ['10.0.0.0/8', 'lan 10.1.2.3/32', '10.1.2.99/24'],
  };
  const proxied = {
    'https://box.lan': ['', 'ox.lan', 'box.lan:80', 'box.lan.test', 'an', ',', '.', '0.0.0.0/0', 'lan/8'],
    'http://127.0.0.1:9': ['lan,<-loopback>'],
    'http://[fd00::1]': ['fd01::/16', '10.0.0.0/8'],
    'http://10.1.2.3:9': ['10.2.0.0/16', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8x', 'fd00::/8'],
  };
  for (const [cases, isDirect] of [
    [direct, true],
    [proxied, false],
  ] as const) {
    for (const [url, lists] of Object.entries(cases))
      for (const no_proxy of lists)
        t.equal(proxyFor(url, { ...proxies, no_proxy }) === null, isDirect, `${url} with ${no_proxy}`);
  }
});

t.test('a script asks this machine directly, unless the proxy is asked for that too', async (t) => {
  const passed = (env: Record<string, string>) => childEnvironment(readConfig(env, '/place'), {});
  t.equal(passed({ https_proxy: 'http://p:1' }).no_proxy, 'localhost,127.0.0.1,::1');
  t.equal(passed({ https_proxy: 'http://p:1', no_proxy: '<-loopback>' }).no_proxy, '<-loopback>');
  t.equal(passed({ no_proxy: 'lan' }).no_proxy, 'lan');
});

t.test('scripts and workers get proxies and certificates, and paths stay right', async (t) => {
  const env = {
    http_proxy: 'http://p:1',
    NO_PROXY: 'lan',
    NODE_EXTRA_CA_CERTS: 'ca.pem',
    SSL_CERT_FILE: '/etc/ca.pem',
    REQUESTS_CA_BUNDLE: '',
  };
  const passed = childEnvironment(readConfig(env, '/place'), {});
  t.match(passed, {
    http_proxy: 'http://p:1',
    no_proxy: 'lan,localhost,127.0.0.1,::1',
    NO_PROXY: 'lan,localhost,127.0.0.1,::1',
    SSL_CERT_FILE: '/etc/ca.pem',
    NODE_EXTRA_CA_CERTS: path.resolve('/place/ca.pem'),
    REQUESTS_CA_BUNDLE: undefined,
  });
  t.notOk('HTTPS_PROXY' in passed);
});

t.test('user and password of a proxy are masked in every form', async (t) => {
  const secretsOf = (url: string) => readSecrets(readConfig({ HTTPS_PROXY: url }, '/'), { script: 'import' });
  for (const url of ['http://svc-robot:s3cr%40t-word@p:1', 'svc-robot:s3cr%40t-word@p:1']) {
    const { text } = maskerFor(secretsOf(url));
    const login = Buffer.from('svc-robot:s3cr@t-word').toString('base64');
    for (const leak of [url, 's3cr@t-word', 's3cr%40t-word', `Basic ${login}`])
      t.notMatch(text(leak), /s3cr|svc-robot|c3Zj/, leak);
  }
  t.equal(maskerFor(secretsOf('http://svc-robot:s3cret-word@p:1')).text('user svc-robot'), 'user svc-robot');
  t.equal(
    maskerFor(secretsOf('http://only-token@p:1')).text('by http://only-token@p:1'),
    'by http:[masked]p:1',
  );
  t.same(secretsOf('http://p:1'), []);
});

t.test('a proxy that the embedding client cannot use is refused without its password', async (t) => {
  for (const url of ['socks5://me:hunter2@p:1', 'http://me:hunter2@p:port', 'http://me:hunter2@']) {
    t.throws(() => readConfig({ ...service, HTTPS_PROXY: url }, '/'), {
      code: 'config',
      message: /^The proxy for CHL_EMBEDDING_URL (?!.*hunter2).* add embed\.test to NO_PROXY\.$/,
    });
    t.doesNotThrow(() => readConfig({ HTTPS_PROXY: url }, '/'), 'without a service it is not used');
    t.doesNotThrow(() => readConfig({ ...service, HTTPS_PROXY: url, NO_PROXY: 'embed.test' }, '/'));
  }
});
