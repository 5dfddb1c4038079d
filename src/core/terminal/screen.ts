// The output of the command line: plain lines without colour; on a terminal, one progress line that is overwritten.
import type { WriteStream } from 'node:tty';
import type { AppError } from '../errors.ts';
import type { ArgumentProblem } from '../arguments.ts';
import { shortenHomes } from '../home.ts';
import { exits } from './exit-codes.ts';

export type Screen = ReturnType<typeof createScreen>;
export type ScreenOut = Pick<WriteStream, 'write' | 'isTTY' | 'columns'>;

/** With `isJson`, only `json` writes. */
export function createScreen(out: ScreenOut, err: Pick<ScreenOut, 'write'>, isJson: boolean) {
  const isTerminal = out.isTTY && !isJson;
  let isLineOpen = false;
  let shown = '';

  const clear = () => {
    if (!isTerminal) return;
    if (shown) out.write('\r\x1b[K');
    shown = '';
  };
  const line = (text: string) => {
    if (isJson) return;
    clear();
    out.write(`${isLineOpen ? '\n' : ''}${isTerminal ? withoutControls(text) : text}\n`);
    isLineOpen = false;
  };
  const json = (value: unknown) => {
    if (isJson) out.write(`${JSON.stringify(value, null, 2)}\n`);
  };

  return {
    isJson,
    line,

    /** Writes a script's output: unchanged, or on a terminal without control sequences. */
    output(bytes: Buffer, text: string) {
      if (isJson || bytes.length === 0) return;
      clear();
      out.write(isTerminal ? withoutControls(text) : bytes);
      isLineOpen = bytes.at(-1) !== 10;
    },

    /** Shows progress: on a terminal each change, elsewhere one line per `phase`. */
    progress(phase: string, text: string) {
      if (isJson) return;
      if (!isTerminal) {
        if (shown !== phase) line(text);
        shown = phase;
        return;
      }
      if (shown === text) return;
      if (isLineOpen) line('');
      clear();
      out.write(toOneLine(text).slice(0, (out.columns ?? 80) - 1));
      shown = text;
    },

    json,

    /** Prints an answer of the API as lines or as JSON, and returns the exit code of success. */
    show(value: unknown, ...lines: string[]): number {
      for (const text of lines) line(text);
      json(value);
      return exits.succeeded;
    },

    /** Prints an error with the message of the API, on stderr or as JSON. */
    refuse({ code, message, details }: AppError) {
      clear();
      const error = { code, message: shortenHomes(message), ...(details ? { details } : {}) };
      if (isJson) return json({ error });
      err.write(`${shortenHomes(linesOf(message, details).join('\n'))}\n`);
    },
  };
}

/** The message, or those of its problems if there are several. */
function linesOf(message: string, details: AppError['details']): string[] {
  const problems = (details?.problems ?? []) as ArgumentProblem[];
  return problems.length > 1 ? problems.map((problem) => problem.message) : [message];
}

/** A text of a script or a person must not control the terminal. */
function withoutControls(text: string): string {
  return text.replace(ansi, '').replace(controls, '\uFFFD');
}

function toOneLine(text: string): string {
  return withoutControls(text).replace(/\s/g, ' ');
}

const ansi = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;
const controls = /[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]/g;
