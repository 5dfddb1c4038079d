// The kind of settings for prices and sums of money.
import { formatNumber } from '../format.ts';
import { asItIs, refuse } from './kinds.ts';
import { type Common, commonDefaults, type Setting } from './setting.ts';

const max = 1e9;
const form = 'a number from 0 with a decimal point, such as 0.02';

/** A number from 0; null without one, which is the default. */
export function amount(words: Common & { unit: string }): Setting<number | null, number | null> {
  return {
    ...commonDefaults,
    defaultText: 'none',
    ...words,
    default: null,
    kind: {
      type: 'text',
      allowed: 'A number from 0, such as 0.02.',
      parse(written, name) {
        if (isAmount(written) && Number(written) <= max) return Number(written);
        throw refuse(name, written, form);
      },
      findFault(value) {
        if (value === null) return null;
        if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return `Write ${form}.`;
        return value > max ? `${formatNumber(value)} is above the maximum, ${formatNumber(max)}.` : null;
      },
      // A small number has no exponent here, which `parse` would refuse.
      write: (value) => (value === null ? '' : value.toFixed(10).replace(/\.?0+$/, '')),
      fromField: (field) => (isAmount(field) ? Number(field) : field),
    },
    ...asItIs,
  };
}

const isAmount = (written: string) => /^\d{1,10}(?:\.\d{1,10})?$/.test(written);
