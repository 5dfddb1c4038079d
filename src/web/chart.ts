// Charts as server-rendered SVG with a sentence as text alternative, drawn by `shared/chart`: stacked bars or a curve, with
// a scale that begins at zero, and text beside both axes. Equal data gives equal bytes.
import { type Curve, curve, type Mark, type Values } from './sparkline.ts';

/** One part of a bar, from the bottom up. */
type Part = { tone: string; value: number };
/** `title` names the bar and its values; `href` makes it a link. */
export type Bar = { title: string; parts: Part[]; href?: string };

type Rect = { x: number; y: number; width: number; height: number; tone: string };

export type Chart = {
  /** A sentence that says what the picture shows. */
  label: string;
  tone: string;
  width: number;
  height: number;
  curve: Curve | null;
  bars: { title: string; href: string | null; x: number; width: number; parts: Rect[] }[];
  /** The place of a line across the bars; null without one. */
  level: number | null;
  /** Text at the left, from the top down, and below. */
  scale: string[];
  steps: string[];
};

type Words = {
  label: string;
  steps: string[];
  /** The text of a value at the left. */
  format: (value: number) => string;
};

const width = 360;
const height = 96;
const gap = 2;
/** A bar that is not empty stays visible, and so does each part of a bar that is high enough. */
const minHeight = 2;

/** Null when fewer than two values are known. */
export function curveChart(
  values: Values,
  tone: string,
  { label, steps, format, starts }: Words & { starts: Mark[] },
): Chart | null {
  const top = niceMax(Math.max(...values.map((value) => value ?? 0)));
  const drawn = curve(values, { width, height, right: 0, highest: top, starts });
  const sentences = [label, drawn?.about].filter(Boolean).join(' ');
  return (
    drawn && {
      label: sentences,
      tone,
      width,
      height,
      curve: drawn,
      bars: [],
      level: null,
      scale: scaleOf(top, format),
      steps,
    }
  );
}

/** Null when every bar is empty. `level`: the value of a line across the bars. */
export function barChart(
  bars: Bar[],
  { label, steps, format, level }: Words & { level?: number },
): Chart | null {
  const highest = Math.max(0, ...bars.map(({ parts }) => sumOf(parts)));
  if (highest === 0) return null;
  const top = niceMax(Math.max(highest, level ?? 0));
  const slot = width / bars.length;
  const drawn = bars.map(({ title, href, parts }, at) => {
    const x = round(at * slot);
    return { title, href: href ?? null, x, width: round(slot), parts: stack(parts, x, slot, top) };
  });
  return {
    label,
    tone: '',
    width,
    height,
    curve: null,
    bars: drawn,
    level: level === undefined ? null : round(height - (level / top) * height),
    scale: scaleOf(top, format),
    steps,
  };
}

function stack(parts: Part[], x: number, slot: number, top: number): Rect[] {
  const filled = parts.filter(({ value }) => value > 0);
  const tall = heightsOf(filled, top);
  let y = height;
  return filled.map(({ tone }, at) => {
    const own = round(tall[at] ?? 0);
    y = round(y - own);
    return { x: round(x + gap / 2), y, width: round(Math.max(1, slot - gap)), height: own, tone };
  });
}

/** Small parts grow at the cost of the highest one, so that the bar stays as high as its sum. */
function heightsOf(parts: Part[], top: number): number[] {
  const sum = sumOf(parts);
  const whole = Math.max(minHeight, (sum / top) * height);
  const least = Math.min(minHeight, whole / parts.length);
  const tall = parts.map(({ value }) => Math.max(least, (value / sum) * whole));
  const highest = tall.indexOf(Math.max(...tall));
  const over = tall.reduce((total, one) => total + one, 0) - whole;
  return tall.map((one, at) => (at === highest ? one - over : one));
}

/** The parts of a whole as one bar of a hundred; `from` and `share` in percent. */
export function proportions(values: number[]): { from: number; share: number }[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  let from = 0;
  return values.map((value) => {
    const share = total === 0 ? 0 : (value / total) * 100;
    const part = { from: round(from), share: round(share) };
    from += share;
    return part;
  });
}

/** 1, 2 or 5 times a power of ten, or an even number between, so that the middle of the scale is a whole number. */
function niceMax(value: number): number {
  if (value <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 4, 6, 8, 10].find((one) => one * power >= value) ?? 10;
  return factor * power;
}

const scaleOf = (top: number, format: (value: number) => string) => [top, top / 2, 0].map(format);
const sumOf = (parts: Part[]) => parts.reduce((sum, { value }) => sum + value, 0);
const round = (value: number) => Math.round(value * 100) / 100;
