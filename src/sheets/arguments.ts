// What import and export were asked to do. The server has checked this before; a script that can remove a
// library checks again, and never takes a word it does not know for a default.
import { AppError } from '../core/errors.ts';
import type { SheetName } from './location.ts';
import type { Mode } from './plan.ts';

export type ImportArguments = {
  source: SheetName;
  path: string | null;
  mode: Mode;
  dryRun: boolean;
  plan: string | null;
  skipInvalid: boolean;
  allowRemovals: boolean;
};
type ExportArguments = { target: SheetName; path: string | null; dryRun: boolean };

/** Throws `bad_input` with the code `invalid_arguments`. */
export function readImportArguments(args: Record<string, unknown>): ImportArguments {
  refuseUnknown(args, ['source', 'path', 'mode', 'dry_run', 'plan', 'skip_invalid', 'allow_removals']);
  return {
    source: word(args, 'source', ['published', 'review']),
    path: text(args, 'path'),
    mode: word(args, 'mode', ['replace', 'merge']),
    dryRun: flag(args, 'dry_run'),
    plan: text(args, 'plan'),
    skipInvalid: flag(args, 'skip_invalid'),
    allowRemovals: flag(args, 'allow_removals'),
  };
}

/** Throws `bad_input` with the code `invalid_arguments`. */
export function readExportArguments(args: Record<string, unknown>): ExportArguments {
  refuseUnknown(args, ['target', 'path', 'format', 'dry_run']);
  word(args, 'format', ['csv']);
  return {
    target: word(args, 'target', ['review', 'published']),
    path: text(args, 'path'),
    dryRun: flag(args, 'dry_run'),
  };
}

function refuseUnknown(args: Record<string, unknown>, names: string[]) {
  const unknown = Object.keys(args).find((name) => !names.includes(name));
  if (unknown !== undefined) throw refusal(unknown, `is not an argument; allowed are ${names.join(', ')}.`);
}

/** The first word is the default. */
function word<T extends string>(args: Record<string, unknown>, name: string, words: readonly [T, ...T[]]): T {
  const value = args[name] ?? words[0];
  const known = words.find((item) => item === value);
  if (known !== undefined) return known;
  throw refusal(name, `is ${JSON.stringify(value)}; allowed: ${words.join(', ')}.`);
}

function text(args: Record<string, unknown>, name: string): string | null {
  const value = args[name] ?? null;
  if (value === null || typeof value === 'string') return value;
  throw refusal(name, `is ${JSON.stringify(value)}; a text is expected.`);
}

function flag(args: Record<string, unknown>, name: string): boolean {
  const value = args[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw refusal(name, `is ${JSON.stringify(value)}; true or false is expected.`);
}

function refusal(name: string, message: string) {
  return new AppError('bad_input', `The argument ${name} ${message}`, {
    code: 'invalid_arguments',
    problems: [],
    total: 0,
  });
}
