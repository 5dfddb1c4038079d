// Checks named sheets when a person asks for it, each in a process of its own, and keeps what each check has found.
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { SheetSource, SourceFinder } from '../core/sheet-source.ts';
import type { CreateTask } from '../runner/task.ts';
import { describeOutcome } from './check-outcome.ts';
import type { CheckedSource } from './check-source.ts';
import { lastOf } from './named-sheets.ts';
import type { SheetRuns } from './repository.ts';
import { unknownSource } from './source-changes.ts';
import type { SourceState, SourceStates } from './source-state-repository.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'config' | 'now' | 'untilFree'> & {
  createTask: CreateTask;
  sheetRuns: SheetRuns;
  sources: SourceFinder;
  states: SourceStates;
};

/** A check that runs. `rows`: read so far. */
type Running = { rows: number; ended: Promise<SourceState> };

export function createSourceChecks(given: Given) {
  const { bus, config, sources } = given;
  const running = new Map<string, Running>();
  const stopping = new AbortController();

  return {
    /** Null when no check of the sheet runs. */
    running: (name: string): Pick<Running, 'rows'> | null => running.get(name) ?? null,

    /** Settles with what was found, also when the sheet cannot be read; concurrent calls share one check. Null in noop mode,
     *  which checks nothing. Throws `not_found`, `stopping`. */
    async run(name: string, by: Requester): Promise<SourceState | null> {
      const source = sources.find(name);
      if (!source) throw unknownSource(name);
      if (config.mode === 'noop') return null;
      return (running.get(name) ?? start(source, by)).ended;
    },

    async stop() {
      stopping.abort();
      await Promise.allSettled([...running.values()].map(({ ended }) => ended));
    },
  };

  function start(source: SheetSource, by: Requester): Running {
    const { name } = source;
    const onRows = (rows: number) => {
      check.rows = rows;
      bus.emit('sources');
    };
    const end = () => {
      running.delete(name);
      bus.emit('sources');
    };
    const read = readInChild(given, name, stopping.signal, onRows);
    const check: Running = {
      rows: 0,
      ended: read.then((found) => keep(given, source, found, by)).finally(end),
    };
    running.set(name, check);
    bus.emit('sources');
    return check;
  }
}

/** A check that fails, or takes too long, is a result, too. */
async function readInChild(
  { createTask }: Given,
  name: string,
  signal: AbortSignal,
  onRows: (rows: number) => void,
): Promise<CheckedSource> {
  const onProgress = ({ done }: { done: number }) => onRows(done);
  const task = createTask({
    script: 'check-source',
    id: `check-source-${name}`,
    usesGoogle: true,
    onProgress,
    signal,
  });
  const started = performance.now();
  try {
    return (await task.run({ name })) as CheckedSource;
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'stopping') throw error;
    const ms = Math.round(performance.now() - started);
    const step = { title: 'Opened', text: error.message, status: 'error' as const, ms };
    return { steps: [step], rows: null, hashes: null };
  } finally {
    await task.end();
  }
}

async function keep(
  { audit, now, sheetRuns, sources, states, untilFree }: Given,
  source: SheetSource,
  found: CheckedSource,
  by: Requester,
): Promise<SourceState> {
  const last = lastOf(sheetRuns.lastImport(source), sheetRuns.lastExport(source));
  const state = describeOutcome(found, last, now());
  const { status, rows } = state;
  const checked = { event: 'source.checked', outcome: 'ok', by, target: `source:${source.name}` } as const;
  await untilFree(() => {
    // It may have got another place meanwhile.
    if (sources.find(source.name)?.place === source.place) states.put(source.name, state);
    audit.record({ ...checked, detail: { status, rows } });
  });
  return state;
}
