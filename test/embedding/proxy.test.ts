// The embedding service behind a proxy and with an in-house certificate.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { startService } from '../support/embedding-service.ts';
import { certificate, startProxy, startTls } from '../support/proxy.ts';
import { makeFolder } from '../support/folder.ts';

const source = `
  const { loadConfig } = await import(${JSON.stringify(path.join(packageRoot, 'dist/src/core/config.js'))});
  const { chooseEmbedder } = await import(${JSON.stringify(path.join(packageRoot, 'dist/src/embedding/choose.js'))});
  const model = await chooseEmbedder(loadConfig(), () => {}, { retryMs: [], timeoutMs: Number(process.argv[1]) });
  try {
    console.log((await model.open()).dimension);
  } catch (error) {
    console.log(error.message);
  }`;

/** What a process with this environment prints: the dimension or the error. */
async function embed(t: Test, url: string, more: Record<string, string>, timeoutMs = 3000): Promise<string> {
  const cwd = makeFolder(t, { 'ca.pem': certificate });
  const env = {
    CHL_EMBEDDING_URL: url,
    CHL_EMBEDDING_MODEL: 'm',
    NODE_EXTRA_CA_CERTS: `${cwd}/ca.pem`,
    ...more,
  };
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, String(timeoutMs)], {
    cwd,
    env,
  });
  const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return out.trim();
}

const login = `Basic ${Buffer.from('robot:p@ss:word').toString('base64')}`;

t.test('http goes through the proxy by its full address, https through a tunnel', async (t) => {
  const service = await startService(t);
  const port = Number(new URL(service.url).port);
  const tlsPort = await startTls(t, port);
  for (const isSecure of [false, true]) {
    const scheme = isSecure ? 'https' : 'http';
    const plain = await startProxy(t, port, { isSecure });
    const tunnel = await startProxy(t, tlsPort, { isSecure });
    const at = (proxy: number) => `${scheme}://robot:p%40ss%3Aword@127.0.0.1:${proxy}`;
    t.equal(await embed(t, 'http://embed.test:81/v1', { http_proxy: at(plain.port) }), '4');
    const target = 'http://embed.test:81/v1/embeddings';
    t.same(plain.passed, [{ method: 'POST', target, authorization: login }]);
    t.equal(await embed(t, 'https://embed.test/v1', { HTTPS_PROXY: at(tunnel.port) }), '4');
    t.same(tunnel.passed, [{ method: 'CONNECT', target: 'embed.test:443', authorization: login }]);
  }
});

t.test('a proxy that refuses or is away is named without its password', async (t) => {
  const service = await startService(t);
  for (const [status, url] of [
    [407, 'https://embed.test'],
    [403, 'https://embed.test'],
    [502, 'https://embed.test'],
    [407, 'http://embed.test'],
    [403, 'http://embed.test'],
  ] as const) {
    const { port } = await startProxy(t, 1, { status });
    const line = await embed(t, url, { ALL_PROXY: `http://robot:password7@127.0.0.1:${port}` });
    t.match(line, /^The embedding service at \S+ cannot be used: /);
    const login = status === 407 ? ': it wants another user and password' : '';
    const isService = status === 403 && url.startsWith('http:');
    const words = isService
      ? 'it answers 403 (no '
      : `the proxy 127.0.0.1:${port} answers ${status}${login}. `;
    t.match(line, words);
    t.notMatch(line, /password7|robot/);
  }
  const mute = net.createServer(() => {}).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  t.teardown(() => mute.close());
  const { port } = mute.address() as AddressInfo;
  for (const scheme of ['http', 'https']) {
    const url = `${scheme}://embed.test`;
    const line = await embed(t, url, { ALL_PROXY: `http://robot:%zz%40@127.0.0.1:${port}` }, 300);
    t.match(line, `it does not answer in time through the proxy 127.0.0.1:${port}. `);
  }
  await service.stop();
  const line = await embed(t, 'https://embed.test', { https_proxy: `http://robot:password7@127.0.0.1:1` });
  t.match(line, /the proxy 127\.0\.0\.1:1 cannot be reached \(connect ECONNREFUSED/);
  t.notMatch(line, /password7|robot/);
});

t.test('a certificate of no known authority is refused in a tunnel', async (t) => {
  const service = await startService(t);
  const tlsPort = await startTls(t, Number(new URL(service.url).port));
  const { port } = await startProxy(t, tlsPort);
  const line = await embed(t, 'https://embed.test', {
    https_proxy: `127.0.0.1:${port}`,
    NODE_EXTRA_CA_CERTS: '',
  });
  t.match(line, /cannot be used: self-signed certificate\. Set NODE_EXTRA_CA_CERTS to /);
});

t.test('loopback goes direct', async (t) => {
  const service = await startService(t);
  const port = Number(new URL(service.url).port);
  const proxy = await startProxy(t, port);
  const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, ALL_PROXY: `http://127.0.0.1:${proxy.port}` };
  for (const host of ['127.0.0.1', 'localhost']) t.equal(await embed(t, `http://${host}:${port}`, env), '4');
  t.same(proxy.passed, []);
});
