// Serves the files below public under an address that changes with any of them, so that browsers may cache
// them for ever. The hash is a folder of the address, so that modules import each other by relative paths.
import { url } from '../core/url.ts';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { packageRoot } from '../core/config.ts';

const folder = path.join(packageRoot, 'public');
const version = hashOf(folder);

/** The scripts of every page, in the order in which they run. */
export const scripts = ['vendor/htmx.js', 'app.js'];

/** The modules that app.js imports, preloaded with it. */
export const modules = importsOf('app.js');

export async function registerAssets(app: FastifyInstance) {
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, reads: 'anyone', countedAs: '/assets/*' };
    });
    await scope.register(fastifyStatic, {
      root: folder,
      prefix: `/assets/${version}/`,
      decorateReply: false,
      index: false,
      immutable: true,
      maxAge: '1y',
    });
  });
}

/** `/assets/1a2b3c4d/app.js` */
export function assetUrl(file: string): string {
  return url(`/assets/${version}/${file}`);
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = path.join(folder, name);
    if (fs.statSync(file).isFile()) hash.update(name).update(fs.readFileSync(file));
  }
  return hash.digest('hex').slice(0, 8);
}

/** The modules that a module imports, directly or indirectly. */
function importsOf(file: string, seen = new Set<string>()): string[] {
  const text = fs.readFileSync(path.join(folder, file), 'utf8');
  for (const [, name = ''] of text.matchAll(/\b(?:from|import)"\.\/([^"]+)"/g)) {
    if (seen.has(name)) continue;
    seen.add(name);
    importsOf(name, seen);
  }
  return [...seen];
}
