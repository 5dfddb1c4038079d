// The messages a script sends on file descriptor 3 (CHL_MESSAGE_FD), one JSON object a line, and its exit codes.
// A line that is none of these is a fault of the script: `parseMessage` gives null, the runner counts it.

export type ProgressMessage = {
  type: 'progress';
  done: number;
  total?: number;
  phase?: string;
  note?: string;
};
export type RowMessage = { type: 'row'; ref?: string; outcome: string; message?: string };
export type ResultMessage = { type: 'result'; data: Record<string, unknown> };
/** Says why the script is about to end with an exit code other than 0; becomes the job's failure. */
export type FailureMessage = { type: 'failure'; message: string; detail?: Record<string, unknown> };
export type ScriptMessage = ProgressMessage | RowMessage | ResultMessage | FailureMessage;

export const exitCodes = { badInput: 65, temporary: 75 } as const;

/** A longer line is refused before it is buffered. */
export const messageMaxBytes = 1024 * 1024;

export function parseMessage(line: string): ScriptMessage | null {
  const value = parseObject(line);
  if (!value) return null;
  if (value.type === 'progress') return isProgress(value) ? (value as ProgressMessage) : null;
  if (value.type === 'row') return isText(value.outcome) ? (value as RowMessage) : null;
  if (value.type === 'result') return isObject(value.data) ? (value as ResultMessage) : null;
  if (value.type === 'failure') return isText(value.message) ? (value as FailureMessage) : null;
  return null;
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isProgress(value: Record<string, unknown>): boolean {
  const optional = (item: unknown, check: (item: unknown) => boolean) => item === undefined || check(item);
  return (
    isAmount(value.done) &&
    optional(value.total, isAmount) &&
    optional(value.phase, isText) &&
    optional(value.note, isText)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
