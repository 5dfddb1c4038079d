// Kills servers with SIGKILL during an upload, and checks what the next start finds and reports.
import '../support/plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import t, { type Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { writeIndexFile } from '../../src/index/faiss-writer.ts';
import { liveFiles, readPointer } from '../../src/index/generation.ts';
import { findMarkedProcesses } from '../../src/runner/processes.ts';
import { startApp } from '../support/app.ts';
import { makeIndexed, type Members, sha256, toParts, withIndex, withMeta } from '../support/snapshots.ts';
import { auditRows, confirmed, leftOver, mebibyte } from '../support/uploads.ts';
import { buildZip } from '../support/zip.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const manyVectors = 6000;

type Server = { child: ChildProcess; origin: string; root: string; indexFolder: string; zip: Buffer };

/** A server process with an index of four entries, and a valid snapshot of some megabytes. */
async function startServer(t: Test): Promise<Server> {
  const root = makeFolder(t);
  const { config, library, members } = await makeIndexed(root);
  library.close();
  const child = spawn(process.execPath, [path.join(packageRoot, 'dist/src/main.js')], {
    cwd: root,
    env: { PATH: process.env.PATH, CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0', CHL_WORKERS: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stderr as NodeJS.ReadableStream) {
    said += chunk;
    const [, origin] = /ready: (http:\/\/\S+)\/operations/.exec(said) ?? [];
    const zip = () => buildZip(toParts(withManyVectors(root, members)));
    if (origin) return { child, origin, root, indexFolder: config.indexFolder, zip: zip() };
  }
  throw new Error(`The server ended: ${said}`);
}

/** Vectors of the same direction: a search for one may find any of them. */
function withManyVectors(root: string, members: Members): Members {
  const { dimension } = builtIn;
  const vector = new Float32Array(dimension).fill(dimension ** -0.5);
  const file = path.join(root, 'many.index');
  writeIndexFile(file, dimension, Array<Float32Array>(manyVectors).fill(vector));
  const index = fs.readFileSync(file);
  fs.rmSync(file);
  const many = withMeta(
    withIndex(members, () => index),
    (meta) => {
      meta.count = manyVectors;
      meta.vectors = Array.from({ length: manyVectors }, (_, i) => ({
        ...meta.vectors[0],
        entity_id: `E${i}`,
      }));
    },
  );
  return { ...many, manifest: { ...many.manifest, count: manyVectors } };
}

/** The whole form, or its first bytes. */
function send({ origin, zip }: Server, fields: Record<string, string>, bytes?: number): http.ClientRequest {
  const part = (head: string, body: string) =>
    `--edge\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}`;
  const texts = Object.entries(fields).map(([name, value]) => part(`name="${name}"`, `${value}\r\n`));
  const file = part('name="snapshot"; filename="set.zip"\r\ncontent-type: application/zip', '');
  const body = Buffer.concat([Buffer.from(texts.join('') + file), zip, Buffer.from('\r\n--edge--\r\n')]);
  const request = http.request(`${origin}/api/v1/index/snapshot`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=edge', 'content-length': body.length },
  });
  request.on('error', () => {});
  if (bytes === undefined) request.end(body);
  else request.write(body.subarray(0, bytes));
  return request;
}

const namesIn = (folder: string, start: string) =>
  fs.readdirSync(folder).filter((name) => name.startsWith(start));

function liveHash(indexFolder: string): string {
  return sha256(fs.readFileSync(liveFiles(indexFolder)?.index ?? ''));
}

/** Kills the server and starts another on its data. */
async function restart(t: Test, { child, root }: Server) {
  child.kill('SIGKILL');
  await once(child, 'exit');
  const app = await startApp(t, { root });
  t.same(findMarkedProcesses(root), [], 'no process of the upload is left');
  return app;
}

type Moment = [name: string, bytes: number | undefined, hasCome: (server: Server) => boolean];

const moments: Moment[] = [
  ['its bytes come', 2 * mebibyte, ({ root }) => namesIn(path.join(root, 'uploads'), 'snapshot-').length > 0],
  ['its check has started ahead', 6 * mebibyte, ({ root }) => findMarkedProcesses(root).length > 0],
  ['it is unpacked', undefined, ({ indexFolder }) => namesIn(indexFolder, 'staged-').length > 0],
];

for (const [name, bytes, hasCome] of moments) {
  t.test(`a server that is killed while ${name} leaves the index as it was, and nothing else`, async (t) => {
    const server = await startServer(t);
    const before = liveHash(server.indexFolder);
    send(server, {}, bytes);
    await until(() => hasCome(server));
    const app = await restart(t, server);
    t.equal(liveHash(server.indexFolder), before);
    t.same(leftOver(app), []);
    t.match(auditRows(app, 'snapshot.upload'), [{ outcome: 'failed', detail: { code: 'lost' } }]);
    t.equal(app.parts.liveIndex.indexState().vectors, 4, 'it answers searches');
  });
}

t.test('a snapshot that waits for confirmation survives a killed server and can be installed', async (t) => {
  const server = await startServer(t);
  const before = liveHash(server.indexFolder);
  const [response] = (await once(send(server, {}), 'response')) as [http.IncomingMessage];
  const { staged_id } = JSON.parse((await response.toArray()).join(''));
  const app = await restart(t, server);
  t.equal(liveHash(server.indexFolder), before);
  t.same(leftOver(app), [`staged-${staged_id}`]);
  const job = await app.json('/api/v1/operations/snapshot', { args: { staged_id }, ...confirmed });
  t.match(await app.whenJob(job.body.number), { status: 'succeeded', result: { vectors: manyVectors } });
});

t.test('a server killed during the switch leaves the old or the new index, and reports which', async (t) => {
  // The draft may have become a generation before this process looks.
  for (const sign of [/^(building|gen)-/, /^gen-/]) {
    await t.test(`when something named ${sign} is new`, async (t) => {
      const server = await startServer(t);
      const { indexFolder } = server;
      const [before, pointer] = [liveHash(indexFolder), readPointer(indexFolder)];
      const known = new Set(fs.readdirSync(indexFolder));
      send(server, confirmed);
      await until(() => fs.readdirSync(indexFolder).some((name) => sign.test(name) && !known.has(name)));
      const app = await restart(t, server);
      const isNew = readPointer(indexFolder)?.current !== pointer?.current;
      t.equal(liveHash(indexFolder) === before, !isNew);
      t.match(await app.whenJob(1), { status: isNew ? 'succeeded' : 'failed' });
      t.equal(app.parts.liveIndex.indexState().vectors, isNew ? manyVectors : 4);
      t.match(auditRows(app, 'snapshot.upload'), [{ outcome: 'ok' }]);
      const left = leftOver(app).map((name) => name.replace(/[0-9a-f]{8}$/, ''));
      t.same(left, isNew ? [] : ['staged-'], 'what was not installed can be, again');
    });
  }
});
