// Remote workers as processes: start and stop, TLS, and hosts of their own in network namespaces.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { builtIn } from '../../src/embedding/built-in.ts';
import { hostTimes, runRemoteHost } from '../../src/embedding/remote-host.ts';
import { createRemoteModel } from '../../src/embedding/remote.ts';
import { makeFolder } from '../support/folder.ts';
import { findProgram, freePort, password, skipsRedis, spawnRemote, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

const { name, isLexical, dimension, version } = builtIn;
const base = { name, isLexical, dimension, version };

/** Embeds some texts as soon as a remote worker is there, and compares the vectors. */
async function embeds(t: Test, address: string) {
  const model = createRemoteModel(base, address, () => {});
  const opened = await until(() => model.open().catch(() => null));
  const texts = Array.from({ length: 20 }, (_, at) => `Text ${at}`);
  t.same(await opened?.embed(texts), await builtIn.embed(texts));
}

t.test('a process needs a queue that answers, and makes no data folder', async (t) => {
  const cwd = makeFolder(t);
  const { child, output } = spawnRemote(t, cwd, {});
  const closed = once(child, 'close');
  const silent = runRemoteHost({
    config: { embedding: null, embeddingQueue: 'redis://127.0.0.1:9' },
    times: { ...hostTimes, startWaitMs: 1 },
    report: t.fail,
    stopping: new AbortController().signal,
  });
  await t.rejects(silent, {
    message: /^The remote workers at redis:\/\/127\.0\.0\.1:9 cannot be used: nothing listens there\. Start/,
  });
  t.same(await closed, [1, null]);
  t.match(output(), /^CHL_EMBEDDING_QUEUE is not set\. Set it to the address of the queue.*\n$/);
  t.same(fs.readdirSync(cwd), []);
});

t.test('over TLS, until SIGTERM', { skip: skipsRedis || skipWithout('openssl') }, async (t) => {
  const folder = makeFolder(t);
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const subject = '/CN=localhost -addext subjectAltName=DNS:localhost';
  const request = `req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ${key} -out ${certificate} -subj ${subject}`;
  execFileSync('openssl', request.split(' '), { stdio: 'ignore' });
  const tlsPort = await freePort();
  const redis = await startRedis(t, [
    ...['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate],
    ...['--tls-auth-clients', 'no', '--tls-port', String(tlsPort)],
  ]);
  const address = `rediss://:${password}@localhost:${tlsPort}`;
  const untrusted = await createRemoteModel(base, address, () => {})
    .open()
    .catch((error: Error) => error);
  t.match(untrusted, { message: /its certificate is not trusted\. Set NODE_EXTRA_CA_CERTS/ });
  const environment = { CHL_EMBEDDING_QUEUE: address, NODE_EXTRA_CA_CERTS: certificate };
  const { child, output } = spawnRemote(t, redis.folder, environment);
  await embeds(t, redis.address);
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  t.same(await closed, [0, null]);
  t.match(
    output(),
    /for rediss:\/\/localhost:\d+\. Ctrl\+C stops it\.\n.* ended: \d+ texts embedded in \d+ jobs\.\n$/,
  );
});

t.test('on two other hosts', { skip: skipsRedis || skipWithoutNamespaces() }, async (t) => {
  const hosts = ['a', 'b'].map((letter, at) => addHost(t, `chl-${process.pid}-${letter}`, at));
  const redis = await startRedis(t, ['--bind', '127.0.0.1', ...hosts.map(({ gateway }) => gateway)]);
  const remotes = hosts.map(({ namespace, gateway }) =>
    spawnRemote(
      t,
      redis.folder,
      { CHL_EMBEDDING_QUEUE: `redis://:${password}@${gateway}:${redis.port}?insecure` },
      ['ip', 'netns', 'exec', namespace],
    ),
  );
  for (const { output } of remotes) await until(() => output().includes('Ctrl+C'));
  await embeds(t, redis.address);
});

function skipWithout(program: string): string | false {
  return findProgram(program) ? false : `${program} is not installed`;
}

function skipWithoutNamespaces(): string | false {
  const probe = `chl-${process.pid}-probe`;
  try {
    ip('netns', 'add', probe);
    ip('netns', 'delete', probe);
    return false;
  } catch {
    return 'no network namespace can be added here';
  }
}

/** A network namespace with one link to this machine, whose end here is `gateway`. Both end with the test. */
function addHost(t: Test, namespace: string, at: number) {
  const subnet = `10.213.${(process.pid + at) % 256}`;
  const [here, there] = [`chl${process.pid % 100_000}${at}h`, `chl${process.pid % 100_000}${at}t`];
  ip('netns', 'add', namespace);
  t.teardown(() => ip('netns', 'delete', namespace));
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', namespace);
  ip('address', 'add', `${subnet}.1/24`, 'dev', here);
  ip('link', 'set', here, 'up');
  ip('-n', namespace, 'address', 'add', `${subnet}.2/24`, 'dev', there);
  ip('-n', namespace, 'link', 'set', there, 'up');
  return { namespace, gateway: `${subnet}.1` };
}

function ip(...words: string[]) {
  execFileSync(findProgram('ip') ?? 'ip', words, { stdio: 'ignore' });
}
