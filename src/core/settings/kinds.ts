// The kinds of settings: numbers, choices, texts, lists, and yes or no. paths.ts has those of files and folders.
import { AppError } from '../errors.ts';
import { formatNumber } from '../format.ts';
import { type Common, commonDefaults, type Kind, type Setting } from './setting.ts';

type IntegerWords = Common & {
  default: number;
  min: number;
  max: number;
  unit: string;
  /** One unit in the unit of `Config`: 1000 for seconds that are used as milliseconds. */
  times?: number;
};

export const second = 1000;
export const mebibyte = 1024 * 1024;

const textMaxBytes = 1000;
const listMax = 100;

export function integer({ min, max, times = 1, ...words }: IntegerWords): Setting<number, number> {
  return {
    ...commonDefaults,
    defaultText: formatNumber(words.default),
    ...words,
    kind: integerKind(min, max),
    use: (value) => value * times,
    toValue: (used) => Math.round(used / times),
  };
}

/** Whole numbers from `min` to `max`. */
export function integerKind(min: number, max: number): Kind<number> {
  return {
    type: 'integer',
    min,
    max,
    allowed: `${formatNumber(min)} to ${formatNumber(max)}.`,
    parse(written, name) {
      const number = Number(written);
      if (/^\d+$/.test(written) && number >= min && number <= max) return number;
      throw refuse(name, written, `a whole number from ${min} to ${max}`);
    },
    findFault(value) {
      if (!Number.isInteger(value))
        return `Write a whole number from ${formatNumber(min)} to ${formatNumber(max)}.`;
      const number = value as number;
      if (number < min) return `${formatNumber(number)} is below the minimum, ${formatNumber(min)}.`;
      return number > max ? `${formatNumber(number)} is above the maximum, ${formatNumber(max)}.` : null;
    },
    write: String,
    fromField: (text) =>
      /^(?:\d+|\d{1,3}(?:,\d{3})+)$/.test(text) ? Number(text.replaceAll(',', '')) : text,
  };
}

/** The first of `choices` is the default. */
export function choice<Value extends string>(
  words: Common & { choices: readonly [Value, ...Value[]] },
): Setting<Value, Value> {
  const { choices, ...common } = words;
  const allowed = choices.join(', ');
  return {
    ...commonDefaults,
    defaultText: choices[0],
    ...common,
    default: choices[0],
    kind: {
      ...textMembers,
      type: 'choice',
      choices,
      allowed: `One of ${allowed}.`,
      parse(written, name) {
        const found = choices.find((one) => one === written);
        if (found) return found;
        throw refuse(name, written, allowed);
      },
      findFault: (value) => (choices.some((one) => one === value) ? null : `Choose one of ${allowed}.`),
    },
    ...asItIs,
  };
}

/** Empty text means the default. `findFault` judges a value that is text. */
export function text(
  words: Common & { default?: string; findFault?(value: string): string | null; allowed?: string },
): Setting<string, string> {
  const { default: preset = '', findFault = () => null, allowed = '', ...common } = words;
  return {
    ...commonDefaults,
    defaultText: preset || 'none',
    ...common,
    default: preset,
    kind: {
      ...textMembers,
      type: 'text',
      allowed,
      parse: (written) => written,
      findFault: (value) =>
        typeof value === 'string' ? (findTextFault(value) ?? findFault(value)) : 'Write a text.',
    },
    ...asItIs,
  };
}

/** Null without one. Its value is never shown, and only the environment has it. `read` throws `config`, without the value. */
export function secretText(
  words: Common & { onlyEnvironment: string; read(written: string): string },
): Setting<string | null, string | null> {
  const { read, ...common } = words;
  return {
    ...commonDefaults,
    defaultText: 'none',
    ...common,
    isSecret: true,
    default: null,
    kind: {
      type: 'text',
      allowed: '',
      parse: read,
      findFault: (value) => (value === null ? null : 'Only the environment has it.'),
      write: () => '',
      fromField: () => null,
    },
    ...asItIs,
  };
}

/** Lists of words without spaces. `readItem` returns the item in its canonical form, or throws `config`; its folder is null for
 *  a saved value, which no folder completes. */
export function list(
  words: Common & {
    separator: string;
    allowed: string;
    readItem(item: string, name: string, folder: string | null): string;
  },
): Setting<string[], string[]> {
  const { separator, allowed, readItem, ...common } = words;
  const split = (written: string) =>
    written
      .split(separator)
      .map((item) => item.trim())
      .filter(Boolean);
  return {
    ...commonDefaults,
    defaultText: 'none',
    ...common,
    default: [],
    kind: {
      type: 'list',
      separator,
      allowed,
      parse: (written, name, folder) => split(written).map((item) => readItem(item, name, folder)),
      findFault(value) {
        if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
          return 'Write a list of texts.';
        if (value.length > listMax) return `Write at most ${listMax} items.`;
        const fault = value.map(findTextFault).find((one) => one !== null);
        if (fault) return fault;
        if (value.some((item) => item.includes(separator)))
          return `Write items without “${separator}”, which separates them.`;
        return findItemFault(value, (item) => readItem(item, common.title, null));
      },
      write: (value) => value.join(separator),
      fromField: split,
    },
    ...asItIs,
  };
}

/** `1` in a variable means yes. */
export function toggle(words: Common & { default: boolean }): Setting<boolean, boolean> {
  return {
    ...commonDefaults,
    defaultText: words.default ? '1' : '0',
    ...words,
    kind: {
      type: 'toggle',
      allowed: '1 or 0.',
      parse(written, name) {
        if (['0', '1'].includes(written)) return written === '1';
        throw refuse(name, written, '0, 1');
      },
      findFault: (value) => (typeof value === 'boolean' ? null : 'Write true or false.'),
      write: (value) => (value ? '1' : '0'),
      fromField: (field) => (field === '1' ? true : field === '0' ? false : field),
    },
    ...asItIs,
  };
}

export const asItIs = { use: <Value>(value: Value) => value, toValue: <Value>(used: Value) => used };
const textMembers = { write: (value: string) => value, fromField: (field: string): unknown => field };

/** Scripts and workers get texts as variables, which have no control characters and a limited length. */
function findTextFault(value: string): string | null {
  if (/\p{Cc}/u.test(value)) return 'Remove the control character, for example a line break.';
  return Buffer.byteLength(value) > textMaxBytes
    ? `Write at most ${formatNumber(textMaxBytes)} bytes.`
    : null;
}

function findItemFault(items: string[], read: (item: string) => string): string | null {
  try {
    for (const item of items)
      if (read(item) !== item)
        return `Write ${JSON.stringify(read(item))} in place of ${JSON.stringify(item)}.`;
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

export function refuse(name: string, written: string, allowed: string): AppError {
  return new AppError('config', `${name} is ${JSON.stringify(written)}; allowed: ${allowed}.`);
}
