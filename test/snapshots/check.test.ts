import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createRandom } from '../../scripts/random.ts';
import { AppError } from '../../src/core/errors.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { checkSnapshot } from '../../src/snapshots/check.ts';
import { assertParsable } from '../../src/snapshots/content.ts';
import { hostileZips, quotedOverlap } from '../support/hostile-zips.ts';
import {
  hashTree,
  makeIndexed,
  type Members,
  memberStem,
  sha256,
  toParts,
  withIndex,
  withMeta,
} from '../support/snapshots.ts';
import { buildZip } from '../support/zip.ts';
import { makeFolder } from '../support/folder.ts';

const root = makeFolder(t);
const { config, library, members } = await makeIndexed(root);
t.teardown(() => library.close());
const folder = path.join(config.indexFolder, 'staged-00000000');
const live = hashTree(config.indexFolder);

type Outcome = { code: string | null; message: string; files: string[] };

/** Checks the bytes as an upload, then removes the folder of the outcome. */
async function check(zip: Buffer, model = builtIn): Promise<Outcome> {
  const file = path.join(root, 'upload.zip');
  fs.writeFileSync(file, zip);
  const maxBytes = 64 * 1024 * 1024;
  try {
    await checkSnapshot({ zip: file, folder, maxBytes, reserveBytes: 0, library, model, onProgress() {} });
    const files = fs.readdirSync(folder).sort();
    const hashes = files.map((name) => sha256(fs.readFileSync(path.join(folder, name))));
    fs.rmSync(folder, { recursive: true });
    return { code: null, message: '', files: hashes };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bad_input') throw error;
    return { code: String(error.details?.code), message: error.message, files: [] };
  }
}

const valid = [sha256(members.index), sha256(members.meta)];

t.test('each hostile archive is refused with its own code, and leaves nothing', async (t) => {
  const cases = hostileZips(members);
  t.equal(cases.length, 71);
  for (const [id, what, code, zip] of cases) {
    const { message, ...found } = await check(zip());
    t.same(found, { code, files: code === null ? valid : [] }, `${id}: ${what}`);
    if (code !== null) t.match(message, /^\p{Lu}.+\. The current index is unchanged\.$/u, message);
  }
  t.same(hashTree(config.indexFolder), live, 'the live index is untouched');
});

t.test('a stored and a deflated ZIP have the same content', async (t) => {
  for (const method of [0, 8])
    t.match(await check(buildZip(toParts(members, { method }))), { code: null, files: valid });
});

t.test('a wrong hash takes precedence over what the content is refused for', async (t) => {
  const large = Buffer.alloc(12 * 1024 * 1024);
  members.index.copy(large, 0, 0, 44);
  for (const index of [large, Buffer.from('no index')]) {
    const [manifest, , meta] = toParts(members);
    const part = { name: `${memberStem}.index`, data: index };
    t.match(await check(buildZip([manifest, part, meta])), { code: 'hash_mismatch', files: [] });
    t.match(await check(buildZip(toParts({ ...members, index }))), { code: 'index_invalid', files: [] });
  }
});

t.test('overlapping entries are refused also when they are few', async (t) => {
  const [, index] = toParts(members);
  t.match(await check(quotedOverlap(index, 6)), { code: 'zip_spans' });
  const copy = { ...index, name: 'unified_copy.index', headerAt: 0, isOnlyListed: true };
  t.match(await check(buildZip([index, copy])), { code: 'zip_headers' });
});

t.test('each defect in the content is refused with its own message', async (t) => {
  const rows = members.index.length - 45;
  const spoil = (change: (index: Buffer) => unknown) => withIndex(members, change);
  const manifest = (change: Record<string, unknown>): Members => ({
    ...members,
    manifest: { ...members.manifest, ...change },
  });
  const cases: [string, string, Members][] = [
    ['the manifest is no JSON object', 'format_unknown', manifest({ format: undefined })],
    ['a format of later', 'format_unknown', manifest({ format: 'chl-index-snapshot-9' })],
    ['a manifest without a count', 'manifest_invalid', manifest({ count: undefined })],
    ['another model', 'model_mismatch', manifest({ model: 'Qwen/Qwen3-Embedding-0.6B' })],
    ['another dimension', 'dimension_mismatch', manifest({ dimension: 768 })],
    ['another count', 'count_mismatch', manifest({ count: 5 })],
    ['hashes of other files', 'hash_mismatch', manifest({ files: { 'unified_x.index': 'a'.repeat(64) } })],
    ['an index that ends early', 'index_invalid', spoil((index) => index.subarray(0, -4))],
    ['an index of only a header', 'index_invalid', spoil((index) => index.subarray(0, 45))],
    ['an index by distance', 'index_invalid', spoil((index) => index.writeInt32LE(1, 33))],
    ['a negative count', 'index_invalid', spoil((index) => index.writeBigInt64LE(-4n, 8))],
    ['a count of 2^62', 'index_invalid', spoil((index) => index.writeBigInt64LE(2n ** 62n, 8))],
    ['a NaN', 'index_not_finite', spoil((index) => index.writeFloatLE(Number.NaN, 45 + rows / 2))],
    ['an infinity', 'index_not_finite', spoil((index) => index.writeFloatLE(Number.POSITIVE_INFINITY, 45))],
    ['a long vector', 'index_not_normalised', spoil((index) => index.writeFloatLE(3, index.length - 4))],
    [
      'an invalid time, which every page would show',
      'meta_invalid',
      withMeta(members, (meta) => {
        meta.built_at = '<img src=x onerror=alert(1)>';
      }),
    ],
    ['a meta file that is no JSON', 'meta_invalid', { ...members, meta: Buffer.from('{') }],
    ['a meta file of brackets', 'meta_invalid', { ...members, meta: Buffer.from('['.repeat(60_000)) }],
    [
      'a meta file of empty objects',
      'meta_invalid',
      { ...members, meta: Buffer.from(`[${'{},'.repeat(20_000)}{}]`) },
    ],
    ['a meta file without vectors', 'meta_invalid', withMeta(members, (meta) => delete meta.vectors)],
    ['a meta file of a later format', 'meta_invalid', withMeta(members, (meta) => (meta.format_version = 2))],
    ['a vector of no entry', 'meta_invalid', withMeta(members, (meta) => (meta.vectors[1].entity_id = ''))],
    ['too few vectors', 'meta_invalid', withMeta(members, (meta) => meta.vectors.pop())],
    ['an entry twice', 'meta_mismatch', withMeta(members, (meta) => (meta.vectors[1] = meta.vectors[0]))],
    [
      'the hash of another index',
      'meta_mismatch',
      withMeta(members, (meta) => (meta.sha256 = 'a'.repeat(64))),
    ],
    ['the name of another model', 'meta_mismatch', withMeta(members, (meta) => (meta.model = 'other'))],
  ];
  for (const [what, code, spoiled] of cases) {
    const outcome = await check(buildZip(toParts(spoiled)));
    t.match(outcome, { code, files: [] }, what);
    t.match(
      outcome.message,
      /^\p{Lu}.+\. (Upload|Download|Build) .+\. The current index is unchanged\.$/u,
      outcome.message,
    );
  }
  t.same(hashTree(config.indexFolder), live, 'the live index is untouched');
});

t.test('a meta file that would fill the memory is refused before it is parsed', async (t) => {
  for (const [what, json] of [
    ['too deep', `{"vectors":${'['.repeat(100)}`],
    ['too many', `{"vectors":[${'0,'.repeat(20_000)}0]}`],
  ] as const) {
    t.throws(() => assertParsable(Buffer.from(json), 4), { message: /more values, or deeper ones/ }, what);
  }
  const text = String.raw`{"vectors":["[[\"[[${'[{,'.repeat(30_000)}"]}`;
  t.doesNotThrow(() => assertParsable(Buffer.from(text), 4), 'brackets in strings do not count');
});

t.test('the settings decide which model is accepted', async (t) => {
  const zip = buildZip(toParts(members));
  const other = await check(zip, { ...builtIn, name: 'org/other' });
  t.match(other, { code: 'model_mismatch' });
  t.match(other.message, /was built with "chl\/built-in-384"; the settings name "org\/other"/);
  t.match(await check(zip, { ...builtIn, dimension: 768 }), { code: 'dimension_mismatch' });
});

// `npm run chaos` changes more bytes.
t.test('a changed byte anywhere is refused, or changes no content', async (t) => {
  const random = createRandom(5);
  const zips = [{ method: 8 }, { method: 0 }].map((more) => buildZip(toParts(members, more)));
  const bad: string[] = [];
  for (let i = 0; i < 300; i++) {
    const zip = Buffer.from(zips[i % 2] as Buffer);
    const at = random(zip.length);
    const value = random(256);
    zip[at] = value;
    const { code, files } = await check(zip);
    if (code === null && files.join() !== valid.join()) bad.push(`byte ${at} = ${value}`);
  }
  t.same(bad, []);
});
