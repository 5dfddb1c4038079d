// A request to run an operation, and the fields of it that forms and API bodies share.
import type { Args } from '../core/operation.ts';

export type RunRequest = {
  operation: string;
  args: Args;
  reason?: string | undefined;
  confirm?: string | undefined;
  /** `wait`: queue behind whatever holds the locks. Otherwise a job that cannot start at once is refused. */
  whenLocked?: 'wait' | undefined;
  retryOf?: number;
};

/** The fields of a request that a retry may replace. */
export type RetryRequest = Pick<RunRequest, 'reason' | 'confirm' | 'whenLocked'>;

/** How a run is confirmed, as JSON bodies spell it. */
export type RunFields = { reason?: string; confirm?: string; when_locked?: 'wait' };

/** JSON schema properties of `RunFields`. */
export const runFields = {
  reason: { type: 'string', maxLength: 500 },
  confirm: { type: 'string', maxLength: 80 },
  when_locked: { type: 'string', enum: ['wait'] },
} as const;
