// The files below public, sent compressed under an address that changes with any of them, so that a browser may keep them
// for ever. The address is a folder, so that a module finds the ones it imports beside it. They are few and small: each is
// read with the start, and compressed once, with the first request for it.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { packageRoot } from '../config.ts';

type Asset = { type: string; bytes: Buffer; compressed: Map<Encoding, Promise<Buffer>> };
type Encoding = keyof typeof compressors;

const folder = path.join(packageRoot, 'public');
const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The best first. Brotli takes 10 ms at level 9 for the longest file, 90 at level 11 for a twentieth less. */
const compressors = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
};

const assets = readAssets();
const version = hashOf(assets);

/** What app.js imports: fetched with it, not after it. */
export const modules = importsOf('app.js');

export function registerAssets(app: FastifyInstance) {
  app.get<{ Params: { '*': string } }>(`/assets/${version}/*`, async (request, reply) => {
    const asset = assets.get(request.params['*']);
    if (!asset) return reply.callNotFound();
    reply
      .type(asset.type)
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('vary', 'accept-encoding');
    const encoding = chooseEncoding(request.headers['accept-encoding'] ?? '');
    if (encoding === null) return reply.send(asset.bytes);
    return reply.header('content-encoding', encoding).send(await compress(asset, encoding));
  });
}

/** `/assets/1a2b3c4d/app.js` */
export function assetUrl(file: string): string {
  return `/assets/${version}/${file}`;
}

/** An encoding with `q=0` is one that the client does not want (RFC 9110, 12.5.3). */
function chooseEncoding(accepted: string): Encoding | null {
  const wanted = accepted
    .split(',')
    .filter((one) => !/;\s*q=0(\.0*)?\s*$/.test(one))
    .map((one) => one.split(';')[0]?.trim());
  return (Object.keys(compressors) as Encoding[]).find((name) => wanted.includes(name)) ?? null;
}

function compress({ bytes, compressed }: Asset, encoding: Encoding): Promise<Buffer> {
  const known = compressed.get(encoding);
  if (known) return known;
  const made = compressors[encoding](bytes);
  compressed.set(encoding, made);
  return made;
}

function readAssets(): Map<string, Asset> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    names.flatMap((name): [string, Asset][] => {
      const type = types[path.extname(name)];
      const bytes = () => fs.readFileSync(path.join(folder, name));
      return type ? [[name.split(path.sep).join('/'), { type, bytes: bytes(), compressed: new Map() }]] : [];
    }),
  );
}

function hashOf(all: Map<string, Asset>): string {
  const hash = createHash('sha256');
  for (const [name, { bytes }] of all) hash.update(name).update(bytes);
  return hash.digest('hex').slice(0, 8);
}

function importsOf(file: string): string[] {
  const text = String(assets.get(file)?.bytes);
  return [...text.matchAll(/^import .*'\.\/([^']+)';$/gm)].map(([, name = '']) => name);
}
