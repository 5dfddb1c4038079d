// Amounts of money as texts. Pure.

/** `€4.10`, `4.10` without a currency, `0.0008` for a small one, `–` for none. */
export function formatAmount(amount: number | null, currency: string): string {
  return amount === null ? '–' : format(amount, currency, currency === '' ? 'decimal' : 'currency');
}

/** In a sentence: `4.10 EUR`, `4.10`. */
export function describeAmount(amount: number, currency: string): string {
  return `${format(amount, currency, 'decimal')}${currency === '' ? '' : ` ${currency}`}`;
}

type Style = 'decimal' | 'currency';

/** An Intl.NumberFormat takes longer to make than a page of amounts to write. */
const formats = new Map<string, Intl.NumberFormat>();
/** A cent of a cent is the smallest step. */
const smallBelow = 0.1;

function format(amount: number, currency: string, style: Style): string {
  const digits = amount > 0 && amount < smallBelow ? 4 : 2;
  const key = `${style} ${currency} ${digits}`;
  const known = formats.get(key) ?? make(currency, style, digits);
  formats.set(key, known);
  return known.format(amount);
}

function make(currency: string, style: Style, digits: number): Intl.NumberFormat {
  const kind = style === 'currency' ? { style, currency } : { style };
  return new Intl.NumberFormat('en', { ...kind, minimumFractionDigits: 2, maximumFractionDigits: digits });
}
