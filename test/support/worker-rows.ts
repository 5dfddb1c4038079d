// Workers for tests of pages and API: rows as real processes write them, of which this process stands for each.
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
  const who = (name: string) => ({ name, claimant: `${name}/test` });
  return {
    ops,
    repository,
    add(name: string, told: Partial<Beat> = {}) {
      repository.register({ ...who(name), owner: 'hand', host: os.hostname() }, identify(process.pid));
      repository.beat(who(name), { ...idle, ...told });
    },
    tell: (name: string, told: Partial<Beat>) => repository.beat(who(name), { ...idle, ...told }),
  };
}
