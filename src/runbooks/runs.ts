// Starts and ends runs of runbooks. A run for an incident leaves entries in its timeline.
import type { ChecklistRepository } from '../checklist/checklist-repository.ts';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import { formatDuration, formatNumber, plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { DocumentRepository } from '../documents/document-repository.ts';
import type { Documents } from '../documents/documents.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { assertGoing, type Run, runActions, type RunOutcome, runTarget, unknownRun } from './run.ts';
import type { RunRepository, StepCount } from './run-repository.ts';
import { readSteps } from './steps.ts';

/** A run with the title of its version. */
export type TitledRun = Run & StepCount & { title: string };

export type Runs = ReturnType<typeof createRuns>;

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree' | 'now'> & {
  runRepository: RunRepository;
  checklistRepository: Pick<ChecklistRepository, 'add' | 'of'>;
  incidentRepository: Pick<IncidentRepository, 'get' | 'addEntry'>;
  documentRepository: Pick<DocumentRepository, 'version'>;
  documents: Pick<Documents, 'find'>;
};

const maxSteps = 200;
const maxStepLength = 2000;

export function createRuns(given: Given) {
  const { bus, untilFree, runRepository, documentRepository } = given;

  const find = (number: number): Run => {
    const run = runRepository.find(number);
    if (!run) throw unknownRun(number);
    return run;
  };
  /** That of its version, also when the runbook was removed. */
  const titleOf = ({ slug, version }: Pick<Run, 'slug' | 'version'>): string =>
    documentRepository.version({ kind: 'runbook', slug, version })?.title ?? slug;
  const describe = (run: Run): TitledRun => ({
    ...run,
    ...runRepository.countSteps(run.number),
    title: titleOf(run),
  });

  return {
    /** Throws `not_found`. */
    find,
    titleOf,
    describe,

    /** The runs that were started for an incident, newest first. */
    ofIncident: (incident: number): TitledRun[] => runRepository.ofIncident(incident).map(describe),

    /** Throws `not_found` without that runbook or incident, and `wrong_state` for a runbook without steps. */
    async start(slug: string, by: Requester, incident: number | null = null): Promise<Run> {
      const run = await untilFree(() => runRepository.transaction(() => startRun(given, slug, incident, by)));
      announce(run);
      return run;
    },

    /** `done` only when no step is open. Throws `not_found`, `wrong_state`. */
    async end(number: number, outcome: RunOutcome, by: Requester): Promise<Run> {
      const work = () => endRun(given, describe(find(number)), outcome, by);
      const run = await untilFree(() => runRepository.transaction(work));
      announce(run);
      return run;
    },
  };

  function announce({ incident }: Run) {
    bus.emit('runs');
    if (incident !== null) bus.emit('incidents');
  }
}

/** Part of a transaction. */
function startRun(given: Given, slug: string, incident: number | null, by: Requester): Run {
  const { audit, now, runRepository, checklistRepository, incidentRepository, documents } = given;
  const { title, body, version } = documents.find({ kind: 'runbook', slug });
  const steps = readSteps(body);
  assertSteps(title, steps);
  if (incident !== null) incidentRepository.get(incident);
  const at = now().toISOString();
  const run = runRepository.add({ slug, version, incident, started_at: at, started_by: by.actor });
  const { number } = run;
  for (const text of steps) checklistRepository.add(runTarget(number), { text, owner: null, due: null });
  const detail = { runbook: slug, title, version, incident, steps: steps.length };
  audit.record({ event: runActions.start.name, outcome: 'ok', by, target: runTarget(number), detail });
  if (incident !== null) {
    const text = `Run ${number} of “${title}” started: ${plural(steps.length, 'step')}.`;
    const entry = { at, actor: by.actor, kind: 'link', text, ref: runTarget(number) } as const;
    incidentRepository.addEntry(incident, entry);
  }
  return run;
}

/** Throws `wrong_state`. */
function assertSteps(title: string, steps: string[]) {
  const { length } = steps;
  const refuse = (message: string) => new AppError('wrong_state', message);
  if (length === 0)
    throw refuse(`“${title}” has no steps. Edit it: each line that begins with “- [ ]” is a step.`);
  if (length > maxSteps)
    throw refuse(`“${title}” has ${length} steps. A run has at most ${maxSteps}: split the runbook.`);
  const long = steps.findIndex((step) => step.length > maxStepLength);
  if (long === -1) return;
  const has = `Step ${long + 1} of “${title}” has ${formatNumber(Number(steps[long]?.length))} characters.`;
  throw refuse(`${has} A step has at most ${formatNumber(maxStepLength)}: shorten it, or make it two.`);
}

/** Part of a transaction. */
function endRun(given: Given, run: TitledRun, outcome: RunOutcome, by: Requester): Run {
  const { audit, now, runRepository, checklistRepository, incidentRepository } = given;
  const { number, incident, title, total, done } = run;
  assertGoing(run);
  if (outcome === 'done' && done < total) throw stepsLeft(total - done);
  const at = now().toISOString();
  const ended = runRepository.end(number, outcome, at);
  if (!ended) throw unknownRun(number);
  const skipped = checklistRepository.of(runTarget(number)).filter(({ state }) => state === 'skipped').length;
  const detail = { runbook: run.slug, title, outcome, steps: total, done: done - skipped, skipped };
  audit.record({ event: runActions.end.name, outcome: 'ok', by, target: runTarget(number), detail });
  if (incident !== null) {
    const took = formatDuration((Date.parse(at) - Date.parse(run.started_at)) / 1000);
    const how = outcome === 'done' ? `done in ${took}` : `stopped after ${took}`;
    const steps = `${done - skipped} of ${plural(total, 'step')} done${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    const text = `Run ${number} of “${title}” ${how}: ${steps}.`;
    const entry = { at, actor: by.actor, kind: 'link', text, ref: runTarget(number) } as const;
    incidentRepository.addEntry(incident, entry);
  }
  return ended;
}

function stepsLeft(left: number): AppError {
  const message = `Finish is possible when every step is done or skipped: ${left === 1 ? '1 is' : `${left} are`} left.`;
  return new AppError('wrong_state', message, { left });
}
