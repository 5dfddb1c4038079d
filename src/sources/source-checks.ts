// Checks named sheets when a person asks for it, each in a process of its own, and keeps what each check has found.
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { SheetSource, SourceFinder } from '../core/sheet-source.ts';
import type { ProgressMessage } from '../jobs/protocol.ts';
import type { CreateTask } from '../runner/task.ts';
import { describeAbsent, describeOutcome } from './check-outcome.ts';
import type { CheckedSource } from './check-source.ts';
import { describeFirstStep, lastRunOf, wasThere } from './stored-sheets.ts';
import type { SheetRuns } from './repository.ts';
import { sourceActions, sourceTarget } from './actions.ts';
import { unknownSource } from './source-changes.ts';
import type { SourceState, SourceStates } from './source-state-repository.ts';
import { createTurns } from './turns.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'config' | 'now' | 'untilFree'> & {
  createTask: CreateTask;
  sheetRuns: SheetRuns;
  sources: SourceFinder;
  states: SourceStates;
};

/** A check that runs. `rows`: read so far. `note`: why it waits; null while it reads. */
type Seen = { rows: number; note: string | null };
type Running = Seen & { source: SheetSource; ended: Promise<Ended> };
/** `detail`: for the audit rows of those who asked. */
type Ended = { state: SourceState; detail: Record<string, unknown> };

const maxAtOnce = 2;

export function createSourceChecks(given: Given) {
  const { bus, config, sources } = given;
  const running = new Set<Running>();
  const turns = createTurns(maxAtOnce);
  const newest = (name: string) => [...running].findLast(({ source }) => source.name === name) ?? null;
  const stopping = new AbortController();

  return {
    /** Null when no check of the sheet runs. */
    running: (name: string): Seen | null => newest(name),

    /** Settles with what was found, also when the sheet cannot be read; concurrent calls share one check unless the sheet
     *  has changed. Null in noop mode, which checks nothing. Throws `not_found`, `stopping`. */
    async run(name: string, by: Requester): Promise<SourceState | null> {
      const source = sources.find(name);
      if (!source) throw unknownSource(name);
      const record = (detail: Record<string, unknown>) => recordCheck(given, name, by, detail);
      if (config.mode === 'noop') {
        await record({ mode: config.mode });
        return null;
      }
      const same = [...running].find((check) => isDeepStrictEqual(check.source, source));
      const { state, detail } = await (same ?? start(source)).ended;
      await record(detail);
      return state;
    },

    async stop() {
      stopping.abort();
      await Promise.allSettled([...running].map(({ ended }) => ended));
    },
  };

  function start(source: SheetSource): Running {
    const show = (seen: Partial<Seen>) => {
      Object.assign(check, seen);
      bus.emit('sources');
    };
    const read = async () => {
      const { signal } = stopping;
      if (signal.aborted) throw new AppError('stopping', 'The check was stopped: the server ends.');
      show({ note: null });
      const startedAt = given.now();
      const found = await readInChild(given, source, signal, ({ done, phase, note = null }) =>
        show(phase === 'wait' ? { note } : { rows: done, note }),
      );
      return keep(given, source, found, startedAt);
    };
    const check: Running = {
      source,
      rows: 0,
      note: 'Waiting for another check',
      ended: turns.take(read).finally(() => {
        running.delete(check);
        bus.emit('sources');
      }),
    };
    running.add(check);
    bus.emit('sources');
    return check;
  }
}

/** Each who asks for a check has a row, also when it was shared. */
function recordCheck(
  { audit, untilFree }: Given,
  name: string,
  by: Requester,
  detail: Record<string, unknown>,
) {
  const event = sourceActions.check.name;
  return untilFree(() => audit.record({ event, outcome: 'ok', by, target: sourceTarget(name), detail }));
}

/** A check that fails, or takes too long, is a result, too. */
async function readInChild(
  { createTask }: Given,
  source: SheetSource,
  signal: AbortSignal,
  onProgress: (message: ProgressMessage) => void,
): Promise<CheckedSource> {
  const task = createTask({
    script: 'check-source',
    id: `check-source-${randomUUID()}`,
    usesGoogle: true,
    onProgress,
    signal,
  });
  const started = performance.now();
  try {
    return (await task.run(source)) as CheckedSource;
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'stopping') throw error;
    const ms = Math.round(performance.now() - started);
    const step = { title: 'Opened', text: error.message, status: 'error' as const, ms };
    return { steps: [step], rows: null, hashes: null, isAbsent: false };
  } finally {
    await task.end();
  }
}

async function keep(
  { sheetRuns, sources, states, untilFree }: Given,
  source: SheetSource,
  found: CheckedSource,
  startedAt: Date,
): Promise<Ended> {
  const last = lastRunOf(sheetRuns, source);
  const state =
    found.isAbsent && !wasThere(sheetRuns, source)
      ? describeAbsent(describeFirstStep(source), startedAt)
      : describeOutcome(found, last, startedAt);
  const { status, rows } = state;
  await untilFree(() => {
    // A person may have changed the sheet meanwhile.
    if (isDeepStrictEqual(sources.find(source.name), source)) states.put(source.name, state);
  });
  return { state, detail: { status, rows } };
}
