// A flag with its state here, and the edits of it.
import type { FlagDefinition, FlagState, FlagValue } from './flag.ts';
import type { FlagUse, SavedFlag } from './flag-repository.ts';

export type KnownFlag = {
  flag: FlagDefinition;
  state: FlagState;
  /** Null for a flag that has its default. */
  saved: SavedFlag | null;
  use: FlagUse | null;
  /** Why it is stale; null if it is not. */
  stale: string | null;
};

/** `to`: null for the default; without a note, the reason of the change is its note. `shown`: the state that the form showed. */
export type FlagEdit = {
  key: string;
  to: (FlagState & { note?: string | null | undefined }) | null;
  shown?: FlagState;
};

type Values = Record<string, FlagValue | null>;
/** The stored values of the flags that a change concerns; null is the default. */
export type Changed = { before: Values; after: Values };
