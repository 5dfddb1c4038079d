// The geometry of sparklines and of the queue's chart: values to SVG paths. Scales begin at zero, gaps are not bridged, and
// coordinates are integers, so that equal pictures are equal bytes.

import { describeStarts, type StartOfServer } from './describe-starts.ts';

/** Null is a gap. */
export type Values = (number | null)[];

/** Paths for `d`; `dot` is the last point, null when that is a gap. */
export type Curve = {
  width: number;
  height: number;
  line: string;
  area: string;
  dot: { x: number; y: number } | null;
  marks: { x: number; isAfterLoss: boolean }[];
  /** A sentence about the marks; null without any. */
  about: string | null;
};

/** A start of the server, as a mark; `step` is its place among the values. */
export type Mark = StartOfServer & { step: number };

type Point = { x: number; y: number };

/** Space above the highest and below the lowest point, for the width of the line and the dot. */
const margin = 4;

/** A curve over the full width except for the dot; null when fewer than two values are known. */
export function sparkline(values: Values, starts: Mark[]): Curve | null {
  return curve(values, { width: 144, height: 48, right: 6, starts });
}

type Frame = { width: number; height: number; right: number; highest?: number; starts: Mark[] };

/** `right` is the space for the dot; `highest`, if given, is the value at the top of a scale. Null when fewer than two
 *  values are known. */
export function curve(values: Values, { width, height, right, highest: top, starts }: Frame): Curve | null {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const highest = top ?? Math.max(...known, 1);
  const edge = top === undefined ? margin : 0;
  const xOf = (step: number) => Math.round((step / (values.length - 1)) * (width - right));
  const points = values.map((value, step) => {
    if (value === null) return null;
    const x = xOf(step);
    const y = Math.round(height - edge - (value / highest) * (height - 2 * edge));
    return { x, y };
  });
  const runs = splitAtGaps(points);
  return {
    width,
    height,
    line: runs.map(lineOf).join(''),
    area: runs.map((run) => areaOf(run, height)).join(''),
    dot: points.at(-1) ?? null,
    marks: starts.map(({ step, isAfterLoss }) => ({ x: xOf(step), isAfterLoss })),
    about: describeStarts(starts),
  };
}

function splitAtGaps(points: (Point | null)[]): Point[][] {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (point) runs.at(-1)?.push(point);
    else runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

/** A single value between gaps is a line without length, which round caps draw as a dot. */
function lineOf(run: Point[]): string {
  const [first, ...rest] = run as [Point, ...Point[]];
  return `M${at(first)}${rest.length > 0 ? `L${rest.map(at).join(' ')}` : 'h0'}`;
}

function areaOf(run: Point[], bottom: number): string {
  return `M${run[0]?.x} ${bottom}L${run.map(at).join(' ')}V${bottom}z`;
}

function at({ x, y }: Point): string {
  return `${x} ${y}`;
}
