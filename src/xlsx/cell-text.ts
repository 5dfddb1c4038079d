// Turns the value of a workbook's cell into the text that a person sees there; a date becomes ISO 8601 text.
import { type Cell, type CellValue, dateToSerial, formatValue } from 'hucre';

/** `cell`: the details of a cell that has any, such as its number format. */
export function cellText(value: CellValue | undefined, cell: Cell | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (value instanceof Date) return dateText(value, cell?.style?.numFmt);
  if (typeof value === 'number') return numberText(value, cell?.style?.numFmt ?? 'General');
  return '';
}

/** Formats that hucre renders in bounded time: it searches for fractions, and `?` is a digit of one. */
const plainFormat = /^[^/?]{1,60}$/;

function numberText(value: number, format: string): string {
  const isGeneral = /^(General|@)$/i.test(format) || !plainFormat.test(format);
  return isGeneral ? generalNumber(value) : formatValue(value, format).trim();
}

/** A number has 15 digits in a spreadsheet; more are noise of the binary form. */
function generalNumber(value: number): string {
  const rounded = Number(value.toPrecision(15));
  if (Math.abs(rounded) < 1e15) return decimals(rounded);
  const [mantissa = '', exponent = ''] = rounded.toExponential().split('e');
  return `${mantissa}E${exponent.replace(/\d+/, (digits) => digits.padStart(2, '0'))}`;
}

/** Without an exponent: JavaScript writes one below 1e-6. */
function decimals(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}

const secondMs = 1000;
/** What is less than this beside a whole second is noise of the binary form. */
const noiseMs = 5;
/** Spreadsheets have the years 1900 to 9999. */
const lastSerial = 2_958_466;

function dateText(date: Date, format = ''): string {
  const serial = dateToSerial(date);
  if (!(serial >= 0 && serial < lastSerial)) return '#####';
  const whole = Math.round(date.getTime() / secondMs) * secondMs;
  const isWhole = Math.abs(date.getTime() - whole) <= noiseMs;
  const text = (isWhole ? new Date(whole) : date).toISOString().replace(/(\.000)?Z$/, '');
  if (serial < 1) return text.slice(11);
  const isDay = text.endsWith('T00:00:00') && !/[hs]/i.test(format.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, ''));
  return isDay ? text.slice(0, 10) : text;
}
