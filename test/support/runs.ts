// Jobs of operations that a test names after the child they run.
import type { Test } from 'tap';
import type { Job } from '../../src/jobs/job.ts';
import { type Engine, startEngine } from './engine.ts';
import { defineOperation } from './operations.ts';

/** An operation for each child named, of the same name, and no other. */
export function startWith(t: Test, ...children: string[]): Engine {
  return startEngine(t, { operations: children.map((child) => defineOperation({ name: child, child })) });
}

/** The job when it has ended. */
export const run = (engine: Engine, operation: string, args = {}): Promise<Job> =>
  engine.whenJob(engine.enqueue(operation, args).number);

export const eventsOf = (engine: Engine, job: Job) =>
  engine.auditRows(`job:${job.number}`).map(({ event }) => event);
