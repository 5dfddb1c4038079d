// An objective with its value here, and the edits of it.
import type { ObjectiveName } from './declared.ts';
import type { ObjectiveDefinition, ObjectiveValue } from './objective.ts';

export type KnownObjective = {
  definition: ObjectiveDefinition & { name: ObjectiveName };
  value: ObjectiveValue;
  /** Null for an objective that has its default. */
  change: { changed_at: string; changed_by: string } | null;
};

/** `to`: null for the default. `shown`: the value that the form showed. */
export type ObjectiveEdit = { name: string; to: ObjectiveValue | null; shown?: ObjectiveValue };

type Values = Record<string, ObjectiveValue | null>;
/** The values of the objectives that a change concerns. */
export type ChangedObjectives = { before: Values; after: Values };
