// The files below public: named with a hash of their bytes, so that a browser may keep them for ever.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { packageRoot } from '../config.ts';

const folder = path.join(packageRoot, 'public');
const urls = new Map<string, string>();

export async function registerAssets(app: FastifyInstance) {
  await app.register(fastifyStatic, {
    root: folder,
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    cacheControl: false,
    setHeaders: (reply) => {
      void reply.header('cache-control', 'public, max-age=31536000, immutable');
    },
  });
}

/** `/assets/app.js?v=1a2b3c4d` */
export function assetUrl(file: string): string {
  const known = urls.get(file);
  if (known) return known;
  const hash = createHash('sha256')
    .update(fs.readFileSync(path.join(folder, file)))
    .digest('hex');
  const url = `/assets/${file}?v=${hash.slice(0, 8)}`;
  urls.set(file, url);
  return url;
}
