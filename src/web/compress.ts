// Compresses the texts that the server sends: pages and their parts, JSON, and the files of pages. Short texts, streams of events
// and downloads stay as they are. So do answers that carry a secret, because the length of a compressed answer lets somebody who
// chooses a part of it guess the rest (BREACH).
import { constants } from 'node:zlib';
import fastifyCompress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

const compressed = /^(text\/(html|css|javascript)|application\/(json|javascript)|image\/svg\+xml)\b/;
/** A shorter text is sent in one packet anyway. */
const minBytes = 1400;
/** A page of 70 KB takes 1 ms; level 11 takes 200 ms for a seventh less. Browsers keep files, so these may take longer. */
const quality = { pages: 5, files: 8 };

/** Call it after the hooks that change texts, and before the routes. */
export async function registerCompression(app: FastifyInstance) {
  app.addHook('onRoute', (route) => {
    if (route.config?.carriesSecret !== undefined) route.compress = false;
    else if (route.url.startsWith('/assets/')) route.compress = { brotliOptions: brotli(quality.files) };
  });
  await app.register(fastifyCompress, {
    globalDecompression: false,
    encodings: ['br', 'gzip'],
    customTypes: compressed,
    threshold: minBytes,
    brotliOptions: brotli(quality.pages),
  });
}

function brotli(level: number) {
  return { params: { [constants.BROTLI_PARAM_QUALITY]: level } };
}
