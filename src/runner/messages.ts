// Reads the messages of a script (jobs/protocol.ts) from the bytes of its message descriptor.
import type { Masker } from '../core/secrets.ts';
import { messageMaxBytes, type ProgressMessage, parseMessage, type RowMessage } from '../jobs/protocol.ts';
import { createLineReader } from './lines.ts';

export type ScriptFailure = { message: string; detail: Record<string, unknown> | null };

/** The last result and failure of a script, and how many lines were not messages. */
export type Received = {
  result: Record<string, unknown> | null;
  failure: ScriptFailure | null;
  badMessages: number;
};

/** `add` takes bytes in any cut, `end` reads the rest as the last line. Messages are masked before anything sees them. */
export function createMessageReader(given: {
  mask: Masker;
  onProgress(message: ProgressMessage): void;
  onRow(message: RowMessage): void;
}) {
  const received: Received = { result: null, failure: null, badMessages: 0 };
  const countBad = () => {
    received.badMessages += 1;
  };
  const read = (line: string) => {
    const message = given.mask.value(parseMessage(line));
    if (!message) return countBad();
    if (message.type === 'progress') return given.onProgress(message);
    if (message.type === 'row') return given.onRow(message);
    if (message.type === 'result') received.result = message.data;
    else received.failure = { message: message.message, detail: message.detail ?? null };
  };
  return {
    ...createLineReader(messageMaxBytes, read, countBad),
    received: (): Received => ({ ...received }),
  };
}
