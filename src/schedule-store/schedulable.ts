// The arguments that a schedule can store: none that a person or the server decides for each run.
import { defaultArguments } from '../core/arguments.ts';
import type { ArgumentProperty, ArgumentSchema, Operation } from '../core/operation.ts';

export function isSchedulable({ derived, hidden, perRun, withPlan, format }: ArgumentProperty): boolean {
  return !derived && !hidden && !perRun && !withPlan && format !== 'sheet';
}

export function schedulableArguments({ args }: Pick<Operation, 'args'>): ArgumentSchema {
  const offered = Object.entries(args.properties).filter(([, property]) => isSchedulable(property));
  return { ...args, properties: Object.fromEntries(offered) };
}

/** Whether some arguments of the operation make a schedule. */
export function canBeScheduled(operation: Operation): boolean {
  const problems = operation.schedulingProblems?.(defaultArguments(operation)) ?? [];
  return !problems.some(({ field }) => field === 'operation');
}
