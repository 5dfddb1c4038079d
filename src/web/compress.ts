// Compresses the texts that the server sends, off the event loop: pages and their parts, JSON, and the files of pages. Downloads,
// streams and short texts stay as they are. So do answers that carry a secret, because the length of a compressed answer lets
// somebody who chooses a part of it guess the rest (BREACH).
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Cache, Caches } from '../core/cache.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A file whose address changes with its content. */
    isAsset?: boolean;
  }
}

type Encoding = 'br' | 'gzip';
type Body = string | Buffer;

const encodings: Encoding[] = ['br', 'gzip'];
const compressed = /^(text\/(html|css|javascript)|application\/(json|javascript)|image\/svg\+xml)\b/;
/** A shorter text is sent in one packet anyway. */
const minBytes = 1400;
const compressWith = { br: promisify(brotliCompress), gzip: promisify(gzip) };
/** A page of 70 KB takes 1 ms; level 11 takes 200 ms for a seventh less. */
const quality = 5;
/** Files are compressed once: all of a page take 20 ms, and from level 9 on 120 ms. */
const assetQuality = 8;

/** Call it after the hooks that change texts. */
export function registerCompression(app: FastifyInstance, caches: Caches) {
  const kept = keepAssets(caches);
  app.addHook('onSend', async (request, reply, payload: unknown) => {
    if (!mayCompress(request, reply)) return payload;
    reply.header('vary', 'accept-encoding');
    const encoding = negotiate(String(request.headers['accept-encoding'] ?? ''), encodings);
    const bytes = encoding && (await compress(encoding, { request, payload, kept }));
    if (!bytes) return payload;
    reply.header('content-encoding', encoding).header('content-length', bytes.length);
    return bytes;
  });
}

function keepAssets(caches: Caches): Cache<Buffer> {
  return caches.create<Buffer>('assets', {
    reads: 'viewer',
    about: 'The compressed files of pages: styles, scripts and icons.',
    entries: 200,
    bytes: 4 * 1024 * 1024,
    sizeOf: (bytes) => bytes.length,
    show: (bytes) => `${bytes.length} compressed bytes`,
  });
}

function mayCompress({ routeOptions: { config } }: FastifyRequest, reply: FastifyReply): boolean {
  const isWhole = reply.statusCode !== 206 && reply.statusCode !== 304;
  return (
    isWhole &&
    config.carriesSecret === undefined &&
    compressed.test(String(reply.getHeader('content-type'))) &&
    !reply.hasHeader('content-disposition') &&
    !reply.hasHeader('content-encoding') &&
    !isStrong(reply.getHeader('etag'))
  );
}

/** A strong ETag stands for the same bytes, and compressed bytes are others. */
function isStrong(etag: unknown): boolean {
  return typeof etag === 'string' && !etag.startsWith('W/');
}

type Answer = { request: FastifyRequest; payload: unknown; kept: Cache<Buffer> };

/** Null for what is sent as it is. */
async function compress(encoding: Encoding, { request, payload, kept }: Answer) {
  if (isText(payload)) return Buffer.byteLength(payload) < minBytes ? null : compressText(encoding, payload);
  const { isAsset } = request.routeOptions.config;
  if (!isAsset || request.method !== 'GET' || !(payload instanceof Readable)) return null;
  const known = kept.get(`${encoding} ${request.url}`);
  if (known) payload.destroy();
  const bytes = known ?? (await compressText(encoding, await buffer(payload), assetQuality));
  if (!known) kept.set(`${encoding} ${request.url}`, bytes);
  return bytes;
}

function isText(payload: unknown): payload is Body {
  return typeof payload === 'string' || Buffer.isBuffer(payload);
}

function compressText(encoding: Encoding, text: Body, level = quality): Promise<Buffer> {
  const size = Buffer.byteLength(text);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: level,
    [constants.BROTLI_PARAM_SIZE_HINT]: size,
  };
  return encoding === 'br' ? compressWith.br(text, { params }) : compressWith.gzip(text);
}
