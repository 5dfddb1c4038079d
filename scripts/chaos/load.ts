// Puts random load on a server through its API. Remembers what was acknowledged, and reports every wrong answer as a
// problem.
import { setTimeout as after } from 'node:timers/promises';
import type { JobStatus } from '../../src/jobs/job.ts';
import { pick, type Random } from '../random.ts';
import { behaviours, type ChoreArguments, lockNames } from './behaviours.ts';
import { findLogGap } from './checks.ts';
import { logHeadBytes, type Memory } from './memory.ts';

type Target = { url: string; random: Random; memory: Memory };
type Run = { operation: string; args: Record<string, unknown>; confirm?: string };

const clients = 3;
const pauseMaxMs = 40;
const choreMaxMs = 400;
/** About as many as there are imports. */
const undosOfHundred = 3;
/** Cancels, retries and reads pick one of this many newest jobs. */
const newest = 30;

/** Runs until `isOver` or until the server is gone. After `max` new jobs it only reads and cancels. */
export async function loadServer(target: Target, max: number, isOver: () => boolean) {
  let left = max;
  const client = async () => {
    while (!isOver()) {
      const dice = target.random(100);
      if (dice < 50 && left > 0) {
        left -= 1;
        await (dice < undosOfHundred ? undo(target) : run(target));
      } else if (dice < 70) await cancel(target);
      else if (dice < 75) await retry(target);
      else if (dice < 85) await lookAtJob(target);
      else if (dice < 95) await readLog(target, pickJob(target));
      else await expect(target, '/operations', [200]);
      await after(target.random(pauseMaxMs));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** Checks a job's log from the API: earlier bytes are unchanged, and no line is missing. */
export async function readLog(target: Target, number: number | undefined) {
  if (number === undefined) return;
  const path = `/api/v1/operations/jobs/${number}/log?limit=${logHeadBytes}`;
  const answer = await expect(target, path, [200]);
  if (!answer) return;
  target.memory.noteLog(number, answer.body);
  const gap = findLogGap(answer.body.toString('utf8'));
  if (gap) target.memory.problems.push(`the log of job #${number} has a gap at ${gap}`);
}

async function run(target: Target) {
  const { operation, args, confirm } = pickRun(target.random);
  const whenLocked = target.random(5) > 0 ? { when_locked: 'wait' } : {};
  const body = { args, ...whenLocked, ...(confirm ? { confirm, reason: 'chaos' } : {}) };
  noteAccepted(target, await expect(target, `/api/v1/operations/${operation}`, [202, 409], body));
}

function pickRun(random: Random): Run {
  const dice = random(100);
  if (dice < 5) {
    const path = pick(random, ['sheets/published', 'sheets/other']);
    return { operation: 'import', args: { path, allow_removals: true }, confirm: 'import' };
  }
  if (dice < 8) return { operation: 'import', args: { dry_run: true } };
  if (dice < 11) return { operation: 'export', args: {} };
  if (dice < 14) return { operation: 'index', args: {} };
  const args: ChoreArguments = {
    behaviour: pick(random, behaviours),
    lock: pick(random, lockNames),
    ms: random(choreMaxMs),
  };
  return { operation: pick(random, ['chore', 'stubborn-chore']), args };
}

async function cancel(target: Target) {
  const number = pickJob(target);
  if (number === undefined) return;
  const before = target.memory.endOf(number);
  const answer = await expect(target, `/api/v1/operations/jobs/${number}/cancel`, [202, 409], {});
  if (answer?.status !== 202) return;
  target.memory.noteCancel(number);
  target.memory.noteStatus(number, statusIn(answer.body), before);
}

/** Undoes one of the last imports; 409: it was undone already, or has changed nothing. */
async function undo(target: Target) {
  const path = '/api/v1/operations/jobs?operation=import&status=succeeded&limit=5';
  const answer = await expect(target, path, [200]);
  const imports: { number: number }[] = answer ? JSON.parse(answer.body.toString()).items : [];
  const chosen = imports[target.random(Math.max(1, imports.length))];
  if (!chosen) return;
  const args = { job: String(chosen.number) };
  const body = { args, when_locked: 'wait', confirm: 'undo', reason: 'chaos' };
  noteAccepted(target, await expect(target, '/api/v1/operations/undo', [202, 409], body));
}

async function retry(target: Target) {
  const number = pickJob(target);
  if (number === undefined) return;
  const answer = await expect(target, `/api/v1/operations/jobs/${number}`, [200]);
  if (!answer) return;
  const confirm: string = JSON.parse(answer.body.toString()).operation;
  const body = { when_locked: 'wait', confirm, reason: 'chaos' };
  noteAccepted(target, await expect(target, `/api/v1/operations/jobs/${number}/retry`, [202, 409], body));
}

async function lookAtJob(target: Target) {
  const number = pickJob(target);
  if (number === undefined) return;
  const before = target.memory.endOf(number);
  const answer = await expect(target, `/api/v1/operations/jobs/${number}`, [200]);
  if (answer) target.memory.noteStatus(number, statusIn(answer.body), before);
}

function pickJob({ random, memory }: Target): number | undefined {
  const numbers = memory.numbers().slice(-newest);
  return numbers[random(Math.max(1, numbers.length))];
}

function noteAccepted({ memory }: Target, answer: Answer | null) {
  if (answer?.status !== 202) return;
  const { number, job_id } = JSON.parse(answer.body.toString());
  memory.noteAccepted(number, job_id);
}

function statusIn(body: Buffer): JobStatus {
  return JSON.parse(body.toString()).status;
}

type Answer = { status: number; body: Buffer };

/** Returns null when the server is gone or busy (503), which acknowledges nothing. */
async function expect(
  { url, memory }: Target,
  path: string,
  allowed: number[],
  body?: Record<string, unknown>,
): Promise<Answer | null> {
  const json = { 'content-type': 'application/json' };
  const init = body ? { method: 'POST', headers: json, body: JSON.stringify(body) } : {};
  try {
    const response = await fetch(url + path, init);
    const answer = { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
    if (answer.status === 503) return null;
    if (allowed.includes(answer.status)) return answer;
    memory.problems.push(`${path} answered ${answer.status}: ${answer.body.toString().slice(0, 300)}`);
    return null;
  } catch {
    return null;
  }
}
