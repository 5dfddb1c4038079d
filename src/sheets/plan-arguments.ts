// The arguments that every operation which plans declares in the same way.
import type { ArgumentProperty } from '../core/operation.ts';

export function dryRunArgument(description: string): ArgumentProperty {
  return { type: 'boolean', title: 'Dry run', description, default: false };
}

export const allowRemovalsArgument: ArgumentProperty = {
  type: 'boolean',
  title: 'Allow a large removal (over 20%)',
  default: false,
  advanced: true,
  withPlan: true,
};

/** The token of a dry run. `refusal`: says when a plan is refused. */
export function planArgument(refusal: string): ArgumentProperty {
  const description = `From a dry run. ${refusal}`;
  return {
    type: 'string',
    title: 'Plan',
    description,
    minLength: 1,
    maxLength: 200,
    hidden: true,
    perRun: true,
  };
}
