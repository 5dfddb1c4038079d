// Cuts a byte stream into whole lines, keeps the tail of one, and reads the messages of a script (jobs/protocol.ts). Memory is
// bounded.
import { isUtf8 } from 'node:buffer';
import { formatBytes } from '../core/format.ts';
import { dropFrames } from '../job-log/log-frames.ts';
import type { Masker } from '../core/secrets.ts';
import { readStatementCounts } from '../log-store/script-trace.ts';
import type { StatementCount } from '../log-store/statement-counts.ts';
import {
  describeBadMessage,
  messageMaxBytes,
  type ProgressMessage,
  parseMessage,
  type RowMessage,
  type UsageMessage,
} from '../jobs/protocol.ts';

type BadLine = 'too long' | 'not UTF-8';

/** `end` reads the rest as the last line. A line over `maxBytes`, or not in UTF-8, is dropped and calls `onBad` once. */
export function createLineReader(
  maxBytes: number,
  onLine: (line: string) => void,
  onBad: (cause: BadLine) => void,
) {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isSkipping = false;

  function hold(part: Buffer) {
    if (isSkipping || part.length === 0) return;
    held.push(part);
    heldBytes += part.length;
    if (heldBytes <= maxBytes) return;
    [held, heldBytes, isSkipping] = [[], 0, true];
    onBad('too long');
  }

  function finishLine() {
    const line = Buffer.concat(held);
    const isWhole = !isSkipping;
    [held, heldBytes, isSkipping] = [[], 0, false];
    if (!isWhole) return;
    if (isUtf8(line)) onLine(line.toString('utf8'));
    else onBad('not UTF-8');
  }

  return {
    add(chunk: Buffer) {
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        hold(chunk.subarray(from, end));
        finishLine();
        from = end + 1;
      }
      hold(chunk.subarray(from));
    },
    end() {
      if (heldBytes > 0) finishLine();
    },
  };
}

/** Keeps the last `maxBytes` bytes of a stream. */
export function createTail(maxBytes: number) {
  let kept = Buffer.alloc(0);
  return {
    add(chunk: Buffer) {
      kept = Buffer.concat([kept, chunk]).subarray(-maxBytes);
    },
    /** As a log shows it, without a character that was cut at the beginning. */
    text: () =>
      dropFrames(kept)
        .toString('utf8')
        .replace(/^\uFFFD+/, ''),
  };
}

/** Reads the statements of a process that sends no other messages. */
export function createStatementReader(onStatements: (counts: StatementCount[]) => void) {
  const read = (line: string) => {
    const message = parseMessage(line);
    if (message?.type === 'statements') onStatements(readStatementCounts(message.items));
  };
  return createLineReader(messageMaxBytes, read, () => {});
}

/** The last line of an error output, without the frames of a stack and Node's version below it; empty if there is none. */
export function lastLineOf(output: string): string {
  const lines = output.split(/\r?\n/);
  return lines.findLast((line) => isStatement.test(line) && !line.startsWith('Node.js v')) ?? '';
}

/** Frames of a stack are indented, or end a block; an error may begin with a bracket, a quote or a symbol. */
const isStatement = /^[^\s\-)}\]^~+|].*[\p{L}\p{N}]|^[\p{L}\p{N}_]/u;

export type ScriptFailure = { message: string; detail: Record<string, unknown> | null };

/** The last result and failure of a script, how many lines were not messages, and the first of these. */
export type Received = {
  result: Record<string, unknown> | null;
  failure: ScriptFailure | null;
  statements: StatementCount[];
  badMessages: number;
  firstBad: { line: number; cause: string } | null;
};

const badLines: Record<BadLine, string> = {
  'too long': `is longer than the limit of ${formatBytes(messageMaxBytes)} a line. Send it in several rows, or write a file`,
  'not UTF-8': 'is not in UTF-8',
};

/** `add` takes bytes in any cut, `end` reads the rest as the last line. Messages are masked before anything sees them. */
export function createMessageReader(given: {
  mask: Masker;
  onProgress(message: ProgressMessage): void;
  onRow(message: RowMessage): void;
  onUsage(message: UsageMessage): void;
}) {
  const received: Received = { result: null, failure: null, statements: [], badMessages: 0, firstBad: null };
  let lines = 0;
  const noteBad = (cause: string) => {
    received.badMessages += 1;
    received.firstBad ??= { line: lines, cause };
  };
  const read = (line: string) => {
    lines += 1;
    const message = given.mask.value(parseMessage(line));
    if (!message) return noteBad(describeBadMessage(given.mask.text(line)));
    if (message.type === 'progress') return given.onProgress(message);
    if (message.type === 'row') return given.onRow(message);
    if (message.type === 'usage') return given.onUsage(message);
    if (message.type === 'result') received.result = message.data;
    else if (message.type === 'statements') received.statements = readStatementCounts(message.items);
    else received.failure = { message: message.message, detail: message.detail ?? null };
  };
  return {
    ...createLineReader(messageMaxBytes, read, (cause) => {
      lines += 1;
      noteBad(badLines[cause]);
    }),
    received: (): Received => ({ ...received }),
  };
}
