import { buffer } from 'node:stream/consumers';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import unzipper from 'unzipper';
import { linkBackup, readPointer, startGeneration, switchTo } from '../../src/index/generation.ts';
import { type LiveFacts, openDownload } from '../../src/snapshots/download.ts';
import { parseManifest } from '../../src/snapshots/manifest.ts';
import { openFiles, sha256 } from '../support/snapshots.ts';
import { makeFolder } from '../support/folder.ts';

const model = 'Org/Model.v1';
const maxBytes = 1024 * 1024;
let minute = 0;

/** A generation whose files name it, made the live one. */
function makeLive(indexFolder: string): string {
  const draft = startGeneration(indexFolder, new Date(Date.UTC(2026, 0, 1, 0, minute++)));
  fs.writeFileSync(path.join(draft.folder, 'unified_m.index'), `index of ${draft.name}`.padEnd(5000, '.'));
  fs.writeFileSync(path.join(draft.folder, 'unified_m.meta.json'), `meta of ${draft.name}`);
  linkBackup(indexFolder, draft);
  switchTo(indexFolder, draft);
  return draft.name;
}

/** The facts of a live index that has followed the pointer. */
function liveFacts(indexFolder: string): LiveFacts {
  const read = () => {
    const generation = readPointer(indexFolder)?.current ?? '';
    const index = fs.readFileSync(path.join(indexFolder, generation, 'unified_m.index'));
    const built_at = '2026-01-02T03:04:05.000Z';
    const facts = { generation, model, dimension: 384, vectors: 7, built_at, job_id: 'j' };
    return { ...facts, bytes: index.length, sha256: sha256(index) };
  };
  let facts = read();
  return {
    indexState: () => facts,
    async refresh() {
      facts = read();
    },
  };
}

async function unzip(zip: Buffer) {
  const { files } = await unzipper.Open.buffer(zip);
  const contents = await Promise.all(files.map(async (file) => [file.path, await file.buffer()] as const));
  return new Map(contents);
}

t.test('the ZIP has the announced length, and a manifest with the hash of each file', async (t) => {
  const folder = makeFolder(t);
  const first = makeLive(folder);
  const second = makeLive(folder);
  const download = await openDownload(folder, liveFacts(folder), { withBackup: true, maxBytes });
  t.equal(download.fileName, 'chl-index-org_modelv1-7-2026-01-02.zip');
  const zip = await buffer(await download.stream());
  t.equal(zip.length, download.bytes);
  const files = await unzip(zip);
  const stem = 'unified_org_modelv1';
  t.same([...files.keys()], ['manifest.json', `${stem}.index`, `${stem}.index.backup`, `${stem}.meta.json`]);
  const manifest = parseManifest(String(files.get('manifest.json')));
  t.match(manifest, { model, dimension: 384, count: 7 });
  files.delete('manifest.json');
  for (const [name, content] of files) t.equal(manifest.files[name], sha256(content), name);
  t.match(String(files.get(`${stem}.index`)), second);
  t.match(String(files.get(`${stem}.index.backup`)), first);
});

t.test('the backup is left out on request, or when the ZIP would be too large for an upload', async (t) => {
  const folder = makeFolder(t);
  makeLive(folder);
  makeLive(folder);
  const bytesOf = async (withBackup: boolean, most: number) => {
    const download = await openDownload(folder, liveFacts(folder), { withBackup, maxBytes: most });
    const zip = await buffer(await download.stream());
    t.equal(zip.length, download.bytes);
    return zip.length;
  };
  const whole = await bytesOf(true, maxBytes);
  const without = await bytesOf(false, maxBytes);
  t.ok(whole > without + 5000);
  t.equal(await bytesOf(true, whole), whole);
  t.equal(await bytesOf(true, whole - 1), without);
});

t.test('a hundred downloads during a hundred switches are each one generation', async (t) => {
  const folder = makeFolder(t);
  makeLive(folder);
  const live = liveFacts(folder);
  const mixed: string[] = [];
  for (let i = 0; i < 100; i++) {
    const download = await openDownload(folder, live, { withBackup: false, maxBytes });
    const stream = await download.stream();
    makeLive(folder);
    const files = [...(await unzip(await buffer(stream))).values()].map(String).slice(1);
    const named = files.map((text) => /gen-\S+?(?=\.|$)/.exec(text)?.[0]);
    if (named.some((name) => name !== download.generation)) mixed.push(named.join());
    if (i % 3 === 0) await live.refresh();
  }
  t.same(mixed, []);
});

t.test('an aborted download closes its files', async (t) => {
  const folder = makeFolder(t);
  makeLive(folder);
  const download = await openDownload(folder, liveFacts(folder), { withBackup: true, maxBytes });
  const stream = await download.stream();
  stream.destroy();
  await new Promise((resolve) => stream.once('close', resolve));
  // Closing is asynchronous, too; what stays open runs into the time-out of the test.
  while (openFiles('unified_m').length > 0) await new Promise((resolve) => setImmediate(resolve));
  t.pass('no file is open');
});
