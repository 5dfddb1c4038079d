// Workers for tests of pages and API: rows as real workers write them, with the pid of this process.
import os from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { identify } from '../../src/runner/processes.ts';
import { type Beat, createWorkerRepository, firstBeat } from '../../src/workers/repository.ts';
import type { TestApp } from './app.ts';

export function createWorkerRows(t: Test, app: TestApp) {
  const ops = openDatabase(path.join(app.root, 'ops.db'), { busyMs: 5000 });
  t.teardown(() => ops.close());
  const repository = createWorkerRepository(ops, () => new Date());
  const idle: Beat = { ...firstBeat, rss_bytes: 50_000_000 };
  const identityOf = (name: string) => ({ name, claimant: `${name}/test` });
  return {
    ops,
    repository,
    add(name: string, beat: Partial<Beat> = {}) {
      repository.register({ ...identityOf(name), owner: 'hand', host: os.hostname() }, identify(process.pid));
      repository.beat(identityOf(name), { ...idle, ...beat });
    },
    beat: (name: string, beat: Partial<Beat>) => repository.beat(identityOf(name), { ...idle, ...beat }),
  };
}
