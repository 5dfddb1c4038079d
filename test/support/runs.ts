// Jobs of operations that are named after the child they run.
import type { Test } from 'tap';
import type { Job } from '../../src/jobs/job.ts';
import { type Engine, startEngine } from './engine.ts';
import { defineOperation } from './operations.ts';

/** An engine with one operation per child, of the same name. */
export function startWith(t: Test, ...children: string[]): Engine {
  return startEngine(t, { operations: children.map((child) => defineOperation({ name: child, child })) });
}

/** The job when it has ended. */
export const run = (engine: Engine, operation: string, args = {}): Promise<Job> =>
  engine.whenJob(engine.enqueue(operation, args).number);

export const eventsOf = (engine: Engine, job: Job) =>
  engine.auditRows(`job:${job.number}`).map(({ event }) => event);
