// The settings of files and folders.
import path from 'node:path';
import { AppError } from '../errors.ts';
import { expandHome } from '../home.ts';
import { list } from './kinds.ts';
import { type Base, type Common, commonDefaults, type Setting } from './setting.ts';

/** The value is null for the default, which `byDefault` computes. */
export function pathSetting<Default extends string | null>(
  words: Common & { byDefault(base: Base): Default },
): Setting<string | null, string | Default> {
  const { byDefault, ...common } = words;
  return {
    ...commonDefaults,
    defaultText: 'none',
    ...common,
    default: null,
    kind: {
      type: 'path',
      allowed: 'The whole path.',
      parse: resolvePath,
      complete: completePath,
      findFault: findPathFault,
      write: (value) => value ?? '',
      fromField: (field) => field,
    },
    use: (value, base) => value ?? byDefault(base),
    toValue: (used) => used,
  };
}

export function pathInRoot(words: Common, file: string) {
  const defaultText = `${file} in the data folder`;
  return pathSetting<string>({ defaultText, ...words, byDefault: ({ root }) => path.join(root, file) });
}

/** Separated by colons, as in PATH. */
export function folders(words: Common): Setting<string[], string[]> {
  const setting = list({
    ...words,
    separator: ':',
    allowed: 'Whole paths, separated by colons.',
    readItem(item, name, folder) {
      const fault = folder === null ? findPathFault(item) : null;
      if (fault) throw new AppError('config', fault);
      return resolvePath(item, name, folder ?? '/');
    },
  });
  const complete = (value: unknown) => (Array.isArray(value) ? value.map(completePath) : value);
  return { ...setting, kind: { ...setting.kind, complete } };
}

function completePath(value: unknown): unknown {
  return typeof value === 'string' ? expandHome(value) : value;
}

/** Each of these would name a new folder beside the one that was meant. */
function resolvePath(value: string, name: string, folder: string): string {
  const named = `${name} is ${JSON.stringify(value)}`;
  if (/^[~$]/.test(value)) {
    const advice = 'Write the whole path, e.g. /home/me/data.';
    throw new AppError('config', `${named}; only a shell replaces ~ and variables. ${advice}`);
  }
  if (value !== value.trim())
    throw new AppError('config', `${named}, which begins or ends with a space. Remove it.`);
  return path.resolve(folder, value);
}

function findPathFault(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value !== 'string' || value.includes('\0')) return 'Write a path.';
  if (!path.isAbsolute(value)) return 'Write the whole path, e.g. /home/me/data.';
  return value === path.resolve(value) ? null : `Write ${path.resolve(value)} instead.`;
}
