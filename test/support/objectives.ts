// The objectives on a new ops.db, with a clock, an index and starts that the test controls.
import path from 'node:path';
import type { Test } from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import type { AnsweredRequest } from '../../src/core/answered-request.ts';
import { createBus } from '../../src/core/bus.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import type { Kernel } from '../../src/core/kernel.ts';
import type { Job } from '../../src/jobs/job.ts';
import { createCurrentObjectives } from '../../src/objectives/current-objectives.ts';
import { createHistory } from '../../src/objectives/history.ts';
import { createPending } from '../../src/objectives/pending.ts';
import { createRecorder } from '../../src/objectives/recorder.ts';
import { createStandings } from '../../src/objectives/standings.ts';
import { createTallyBook } from '../../src/objectives/tally-book.ts';
import { createTallyRepository } from '../../src/objectives/tally-repository.ts';
import { createObjectiveRepository } from '../../src/objective-store/objective-repository.ts';
import { createObjectives } from '../../src/objective-store/objectives.ts';
import { createStarts } from '../../src/starts/repository.ts';
import { makeFolder } from './folder.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

export type TestObjectives = ReturnType<typeof openObjectives>;

export function openObjectives(t: Test, at = '2026-11-20T12:00:30.000Z') {
  const ops = prepareOps(path.join(makeFolder(t), 'ops.db'));
  t.teardown(() => ops.close());
  const clock = { ms: Date.parse(at), bootedMs: 0 };
  const index = { state: 'none' as 'none' | 'ready' | 'behind', entries: 0, fresh: 0 };
  const busy = { is: false };
  const ended = new Map<string, Job>();
  const now = () => new Date(clock.ms);
  const bus = createBus();
  const untilFree: Kernel['untilFree'] = async (work) => {
    if (busy.is) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    return work();
  };
  const audited: object[] = [];
  const audit = { record: (row: object) => void audited.push(row) } as unknown as Kernel['audit'];
  const log = { error: () => {} } as unknown as Kernel['log'];
  const objectiveRepository = createObjectiveRepository(ops);
  const objectives = createObjectives({ audit, bus, untilFree, now, objectiveRepository });
  const starts = createStarts(ops);
  const open = () => {
    const tallyRepository = createTallyRepository(ops);
    const tallyBook = createTallyBook({ tallyRepository, now });
    const current = createCurrentObjectives({ bus, objectives });
    const recorder = createRecorder({
      bus,
      log,
      untilFree,
      now,
      pending: createPending(now),
      tallyRepository,
      tallyBook,
      current,
      jobs: { find: (id: string) => ended.get(id) ?? null },
      starts,
      indexState: () => index,
      bootTime: () => new Date(clock.bootedMs),
    });
    const standings = createStandings({ bus, current, tallyBook, now });
    return { recorder, standings, tallyBook, history: createHistory({ bus, starts, tallyBook }) };
  };

  return {
    ...open(),
    /** The same as a new process has it. */
    reopen: open,
    ops,
    bus,
    clock,
    index,
    busy,
    ended,
    objectives,
    starts,
    audited,
    by: { ...systemRequester, actor: 'ada' },
    rows: (name: string, span: 60 | 3600) =>
      ops
        .prepare('SELECT at, good, total FROM objective_tally WHERE name = ? AND span = ? ORDER BY at')
        .all(name, span) as { at: number; good: number; total: number }[],
    addStart: (start: { at: string; boot_id?: string | null; version?: string }) =>
      starts.add({
        version: '1.0.0',
        commit: null,
        node: '22',
        sqlite: '3',
        mode: 'scripts',
        pid: 1,
        boot_id: 'one',
        config_sha256: '',
        ...start,
      }),
  };
}

/** A GET that was answered well, except for the given members. */
export const answered = (given: Partial<AnsweredRequest> = {}): AnsweredRequest => ({
  id: 'r1',
  at: 0,
  method: 'GET',
  route: '/jobs',
  kind: 'request',
  address: '/jobs',
  status: 200,
  code: null,
  ms: 10,
  bytes: null,
  actor: null,
  ...given,
});
