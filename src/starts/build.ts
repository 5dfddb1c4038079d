// The commit that this program was built from: scripts/build.mjs writes it into dist/build.json.
import fs from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../core/config.ts';
import { isObject, parseJson } from '../core/json.ts';

/** Null: unknown, e.g. because the sources were no git checkout. */
export type Build = {
  commit: string | null;
  branch: string | null;
  author: string | null;
  /** Whether files differed from the commit. */
  isDirty: boolean | null;
  builtAt: string | null;
};

const buildFile = path.join(packageRoot, 'dist/build.json');

/** A missing or damaged file means that nothing is known. */
export function readBuild(file = buildFile): Build {
  const parsed = parseJson(readOrEmpty(file));
  const known = isObject(parsed) ? parsed : {};
  const text = (name: string) => (typeof known[name] === 'string' ? known[name] : null);
  return {
    commit: text('commit'),
    branch: text('branch'),
    author: text('author'),
    isDirty: typeof known.dirty === 'boolean' ? known.dirty : null,
    builtAt: text('built_at'),
  };
}

function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
