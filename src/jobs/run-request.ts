// A request to run an operation, and the fields of it that forms and API bodies share.
import type { Args } from '../core/operation.ts';

export type RunRequest = {
  operation: string;
  args: Args;
  reason?: string | null | undefined;
  confirm?: string | null | undefined;
  /** `wait`: queue behind whatever holds the locks. Otherwise a job that cannot start at once is refused. */
  whenLocked?: 'wait' | undefined;
  retryOf?: number;
  /** The name of the schedule that starts it. */
  schedule?: string;
  /** It makes up for a due time at which no server ran. */
  isMadeUp?: boolean;
};

/** The fields of a request that a retry may replace. */
export type RetryRequest = Pick<RunRequest, 'reason' | 'confirm' | 'whenLocked'>;

/** How a run is started, as JSON bodies spell it. */
export type RunFields = { when_locked?: 'wait' };

/** JSON schema properties of `RunFields`. */
export const runFields = { when_locked: { type: 'string', enum: ['wait'] } } as const;
