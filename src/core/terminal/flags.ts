// Parses `--name value`, `--name=value`, `--switch` and `--no-switch` by a schema. An unknown flag is refused with the list
// of known ones.
import { invalidArguments, readText } from '../arguments.ts';
import type { Args, ArgumentProperty } from '../operation.ts';

export type Flags = Record<string, ArgumentProperty>;

/** Flags that are not arguments of an operation. */
export const textFlag = (title: string): ArgumentProperty => ({ type: 'string', title });
export const switchFlag = (title: string): ArgumentProperty => ({ type: 'boolean', title });

/** Returns the values by schema name (`dry_run` for `--dry-run`), and the words that are not flags, at most `maxWords` of
 *  them. Values are parsed but not checked. Throws `invalid_arguments`. */
export function readFlags(words: string[], flags: Flags, maxWords = 0): { values: Args; rest: string[] } {
  const values: Args = {};
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('--')) {
      rest.push(word);
      if (rest.length > maxWords)
        throw refuse(word, `${JSON.stringify(word)} is not expected here. ${describeKnown(flags)}`);
      continue;
    }
    const [flag = '', ...parts] = word.split('=');
    const { name, isNegated, property } = findFlag(flag, flags);
    if (Object.hasOwn(values, name)) throw refuse(name, `${flag} is given twice. Keep one of them.`);
    const given = parts.length > 0 ? parts.join('=') : undefined;
    if (property.type === 'boolean') {
      if (isNegated && given !== undefined) throw refuse(name, `${flag} takes no value.`);
      values[name] = isNegated ? false : given === undefined ? true : readText(property, given);
    } else {
      const text = given ?? words[++at];
      if (text === undefined) throw refuse(name, `${flag} needs a value.`);
      values[name] = readText(property, text);
    }
  }
  return { values, rest };
}

/** `dry_run` → `--dry-run` */
export function flagOf(name: string): string {
  return `--${name.replaceAll('_', '-')}`;
}

function findFlag(flag: string, flags: Flags) {
  for (const [name, property] of Object.entries(flags)) {
    if (flagOf(name) === flag) return { name, property, isNegated: false };
    if (property.type === 'boolean' && flagOf(`no_${name}`) === flag)
      return { name, property, isNegated: true };
  }
  throw refuse(flag, `Unknown flag ${flag.slice(0, 80)}. ${describeKnown(flags)}`);
}

function describeKnown(flags: Flags): string {
  const names = Object.keys(flags).map(flagOf);
  return names.length > 0 ? `Known: ${names.join(', ')}.` : 'This command has no flags.';
}

function refuse(field: string, message: string) {
  return invalidArguments([{ field, message }]);
}
