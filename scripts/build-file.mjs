// Writes dist/build.json: the commit of the sources, for the page About. It is no part of what the build compares, so it never
// causes a compilation.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const unknown = { commit: null, branch: null, author: null, dirty: null };

/** `builtAt` is the time of the last compilation. Without git a file from an earlier build stays, unless this one has compiled:
 *  a copy of a checkout still has the build of its commit. */
export function writeBuildFile(root, builtAt, isNew) {
  const file = path.join(root, 'dist/build.json');
  const commit = readCommit(root);
  if (!commit && !isNew && fs.existsSync(file)) return;
  const text = JSON.stringify({ ...(commit ?? unknown), built_at: builtAt.toISOString() });
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) fs.writeFileSync(file, text);
}

/** Null when the folder itself is no checkout; a checkout around it is of something else. */
function readCommit(root) {
  if (!fs.existsSync(path.join(root, '.git'))) return null;
  const log = git(root, 'log', '-1', '--format=%H%n%an');
  const status = git(root, 'status', '--porcelain=v2', '--branch', '--untracked-files=no');
  if (log === null || status === null) return null;
  const [commit, author] = log.split('\n');
  const lines = status.split('\n').filter(Boolean);
  const branch = /^# branch\.head (?!\(detached\))(.+)$/m.exec(status)?.[1] ?? null;
  return { commit, branch, author, dirty: lines.some((line) => !line.startsWith('#')) };
}

function git(root, ...args) {
  const { status, stdout } = spawnSync('git', ['--no-optional-locks', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 5000,
  });
  return status === 0 ? stdout : null;
}
