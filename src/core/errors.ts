// The error type whose message is shown to people. Domain code throws it or returns; it never logs and throws.

export type ErrorCode =
  | 'unauthorized'
  | 'forbidden'
  | 'too_many_attempts'
  | 'set_by_environment'
  | 'edit_conflict'
  | 'not_found'
  | 'pruned'
  | 'method_not_allowed'
  | 'bad_json'
  | 'bad_target'
  | 'bad_request'
  | 'invalid_arguments'
  | 'confirmation_required'
  | 'plan_outdated'
  | 'operation_locked'
  | 'not_cancellable'
  | 'not_retryable'
  | 'wrong_state'
  | 'last_proven'
  | 'index_missing'
  | 'no_workers'
  | 'drain_running'
  | 'no_drain'
  | 'maintenance'
  | 'stopping'
  | 'busy'
  | 'disk_full'
  | 'database_damaged'
  | 'too_many_streams'
  | 'host_not_allowed'
  | 'cross_origin'
  | 'upload_in_progress'
  | 'too_large'
  | 'unsupported_media_type'
  | 'bad_input'
  | 'temporary'
  | 'config'
  | 'internal';

/** `message` says what happened, why, and the next step; `details` is JSON for the API and for templates. The `cause` is for the
 *  log only. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, details?: Record<string, unknown>, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }
}

/** Whether the system refused a call, e.g. EACCES; the message says which, on what. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

/** The error of a job's input. `code` is stable; `name`, `why` and `next` replace the general texts on the page of the job. */
export function badInput(code: string, message: string, details: Record<string, unknown> = {}): AppError {
  return new AppError('bad_input', message, { code, ...details });
}
