// Amounts of money as texts. Pure.

/** `€4.10`, `4.10` without a currency, `0.0008` for a small one, `–` for none. */
export function formatAmount(amount: number | null, currency: string): string {
  if (amount === null) return '–';
  const digits = amount > 0 && amount < smallBelow ? 4 : 2;
  const key = `${currency} ${digits}`;
  const known = formats.get(key) ?? make(currency, digits);
  formats.set(key, known);
  return known.format(amount);
}

/** An Intl.NumberFormat takes longer to make than a page of amounts to write. */
const formats = new Map<string, Intl.NumberFormat>();
/** A cent of a cent is the smallest step. */
const smallBelow = 0.1;

function make(currency: string, digits: number): Intl.NumberFormat {
  const kind = currency === '' ? {} : { style: 'currency' as const, currency };
  return new Intl.NumberFormat('en', { ...kind, minimumFractionDigits: 2, maximumFractionDigits: digits });
}
