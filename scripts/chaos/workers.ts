// The chaos of workers: random sequences of pause, resume, drain, kill -9, SIGSTOP and SIGCONT, compared with a model after
// each step. At the end every entry is embedded exactly once.
import { setTimeout as after } from 'node:timers/promises';
import { AppError } from '../../src/core/errors.ts';
import { isQuiet } from '../../src/workers/state.ts';
import { createRandom, pick, type Random } from '../random.ts';
import { openRig, rigOperator, type WorkerRig } from './worker-rig.ts';

type WorkerSequence = {
  steps: number;
  entries: number;
  kills: number;
  stops: number;
  problems: string[];
};

/** The state that the operator has requested; the real one must match after each step. */
type Model = { isPaused: boolean; own: Set<string>; isDraining: boolean };

/** The pool replaces its lost workers. One more worker, started by hand, may return after it was lost. */
const inPool = 2;
const workerCount = inPool + 1;
const quietMaxMs = 20_000;

/** Stops at the first step with a problem. */
export async function runWorkerSequence(options: {
  root: string;
  seed: number;
  steps: number;
  onStep?(step: number, words: string): void;
}): Promise<WorkerSequence> {
  const random = createRandom(options.seed);
  const rig = await openRig({ root: options.root, workers: inPool, told: { msPerEntry: 3 } });
  const sequence: WorkerSequence = { steps: 0, entries: 0, kills: 0, stops: 0, problems: [] };
  const model: Model = { isPaused: false, own: new Set(), isDraining: false };
  const stopped = new Set<number>();
  try {
    await rig.untilFree(() => rig.entries.add(60));
    const byHand = { child: rig.startByHand() };
    await rig.until('started', () => {
      const living = rig.repository.living();
      return living.length === workerCount && living.every(({ pid }) => pid !== null);
    });
    while (sequence.steps < options.steps && sequence.problems.length === 0) {
      sequence.steps += 1;
      const step = pick(random, steps);
      await step({ rig, byHand, random, model, stopped, sequence });
      options.onStep?.(sequence.steps, step.name);
      await compare(rig, model, sequence, step.name);
    }
    for (const pid of stopped) send(pid, 'SIGCONT');
    await finish(rig, sequence);
    sequence.entries = rig.entries.count();
    return sequence;
  } finally {
    for (const pid of stopped) send(pid, 'SIGCONT');
    await rig.close();
  }
}

type Stage = {
  rig: WorkerRig;
  byHand: { child: ReturnType<WorkerRig['startByHand']> };
  random: Random;
  model: Model;
  stopped: Set<number>;
  sequence: WorkerSequence;
};
type Step = (stage: Stage) => Promise<void>;

const addEntries: Step = async ({ rig, random }) => {
  const count = 5 + random(25);
  await rig.untilFree(() => rig.entries.add(count));
};

const rewriteEntry: Step = async ({ rig, random, sequence }) => {
  const number = 1 + random(rig.entries.count());
  await rig.untilFree(() => rig.entries.rewrite(number, `Rewritten in step ${sequence.steps}`));
};

const wait: Step = async ({ random }) => after(random(60));

const pauseAll: Step = async ({ rig, model }) => {
  if (!(await accepted(rig.workers.pause(undefined, rigOperator)))) return;
  Object.assign(model, { isPaused: true, isDraining: false });
};

const resumeAll: Step = async ({ rig, model }) => {
  if (!(await accepted(rig.workers.resume(undefined, rigOperator)))) return;
  Object.assign(model, { isPaused: false, own: new Set(), isDraining: false });
};

const pauseOne: Step = async ({ rig, random, model }) => {
  const name = nameOf(random);
  if (await accepted(rig.workers.pause(name, rigOperator))) model.own.add(name);
};

const resumeOne: Step = async ({ rig, random, model }) => {
  const name = nameOf(random);
  if (!(await accepted(rig.workers.resume(name, rigOperator)))) return;
  catchUp(rig, model);
  if (model.isPaused) for (const other of names) model.own.add(other);
  model.own.delete(name);
  model.isPaused = false;
};

const drain: Step = async ({ rig, random, model }) => {
  if (!(await accepted(rig.workers.drain(10 + random(600), rigOperator)))) return;
  Object.assign(model, { isPaused: false, own: new Set(), isDraining: true });
};

const cancelDrain: Step = async ({ rig, model }) => {
  if (await accepted(rig.workers.cancelDrain(rigOperator))) model.isDraining = false;
};

/** The time limit of a drain has passed: its count must be right, and every worker must be paused. */
const timeOver: Step = async ({ rig, model, sequence }) => {
  const active = rig.repository.activeDrain();
  if (!active) return;
  const endNow = rig.ops.prepare('UPDATE drain SET deadline_at = started_at WHERE id = ?');
  await rig.untilFree(() => endNow.run(active.id));
  await rig.until('ended', () => rig.repository.activeDrain() === null);
  const ended = rig.repository.findDrain(active.id);
  const pending = await rig.pending();
  if (ended?.left_over !== pending)
    sequence.problems.push(`the drain says ${ended?.left_over} left, ${pending} wait`);
  catchUp(rig, model);
};

/** Every responsive worker reports that it is paused; from then on nothing is claimed or written. */
const staysQuiet: Step = async ({ rig, model, sequence }) => {
  catchUp(rig, model);
  if (!model.isPaused) return;
  const control = rig.repository.control();
  await rig.until('quiet', () => rig.repository.living().every((worker) => isQuiet(worker, control)));
  const before = rig.entries.written();
  await after(40);
  const written = rig.entries.written() - before;
  const claimed = rig.repository
    .living()
    .filter(({ lost_at }) => !lost_at)
    .reduce((sum, { claimant }) => sum + rig.entries.claimedBy(claimant), 0);
  if (written + claimed > 0) sequence.problems.push(`paused, but ${written} written and ${claimed} claimed`);
};

const kill: Step = async ({ rig, random, stopped, sequence }) => {
  const pid = rig.repository.find(nameOf(random))?.pid;
  if (!pid || !send(pid, 'SIGKILL')) return;
  stopped.delete(pid);
  sequence.kills += 1;
};

const stop: Step = async ({ rig, random, stopped, sequence }) => {
  const pid = rig.repository.find(nameOf(random))?.pid;
  if (!pid || !send(pid, 'SIGSTOP')) return;
  stopped.add(pid);
  sequence.stops += 1;
};

const startAgain: Step = async ({ rig, byHand }) => {
  if (byHand.child.signalCode !== null) byHand.child = rig.startByHand();
};

/** The worker continues where it stopped, although another may have claimed its entries. */
const goOn: Step = async ({ stopped }) => {
  for (const pid of stopped) send(pid, 'SIGCONT');
  stopped.clear();
};

/** A step that is listed twice is twice as likely. */
const steps: [Step, ...Step[]] = [
  addEntries,
  addEntries,
  rewriteEntry,
  wait,
  wait,
  pauseAll,
  resumeAll,
  resumeAll,
  pauseOne,
  resumeOne,
  drain,
  cancelDrain,
  timeOver,
  staysQuiet,
  kill,
  stop,
  goOn,
  startAgain,
];

const names = Array.from({ length: workerCount }, (_, at) => `embed-${at + 1}`);

function nameOf(random: Random): string {
  return names[random(names.length)] ?? '';
}

/** A drain also ends when the queue is empty or its time is up; then all workers are paused. */
function catchUp({ repository }: WorkerRig, model: Model) {
  if (!model.isDraining || repository.activeDrain()) return;
  Object.assign(model, { isDraining: false, isPaused: true });
}

async function compare(rig: WorkerRig, model: Model, sequence: WorkerSequence, step: string) {
  catchUp(rig, model);
  const isEnding = model.isDraining && rig.repository.control().paused_at !== null;
  const truth = {
    isPaused: rig.repository.control().paused_at !== null && !isEnding,
    own: rig.repository.living().flatMap(({ name, paused_at }) => (paused_at ? [name] : [])),
    isDraining: rig.repository.activeDrain() !== null,
  };
  const wanted = { ...model, own: [...model.own].sort() };
  if (
    JSON.stringify(truth) !==
    JSON.stringify({ isPaused: wanted.isPaused, own: wanted.own, isDraining: wanted.isDraining })
  ) {
    sequence.problems.push(`after ${step}: wanted ${JSON.stringify(wanted)}, found ${JSON.stringify(truth)}`);
  }
  const twice = rig.entries.twice();
  if (twice.length > 0) sequence.problems.push(`after ${step}: embedded twice: ${twice.join(', ')}`);
}

/** Resumes all workers; every entry must get exactly one embedding. */
async function finish(rig: WorkerRig, sequence: WorkerSequence) {
  await accepted(rig.workers.cancelDrain(rigOperator));
  const deadline = performance.now() + quietMaxMs;
  while ((await rig.pending()) > 0 && performance.now() < deadline) {
    await accepted(rig.workers.resume(undefined, rigOperator));
    await after(50);
  }
  const unfinished = rig.entries.unfinished();
  if (unfinished.length > 0)
    sequence.problems.push(`without exactly one embedding: ${unfinished.join(', ')}`);
  const twice = rig.entries.twice();
  if (twice.length > 0) sequence.problems.push(`embedded twice: ${twice.join(', ')}`);
}

/** Returns false for a legitimate refusal: no worker answers, a drain runs already, or none does. */
async function accepted(verb: Promise<unknown>): Promise<boolean> {
  try {
    await verb;
    return true;
  } catch (error) {
    if (error instanceof AppError && ['no_workers', 'drain_running', 'no_drain'].includes(error.code))
      return false;
    throw error;
  }
}

/** Returns false when the process is gone. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
