// A stacked bar of a plan: widths in percent, for an SVG. Unchanged rows would hide the rest, so they are drawn shorter.

type Part = { tone: string; rows: number };

const unchangedTone = 'none';
const unchangedMax = 34;
const thinnest = 1;

/** `isDistorted`: the unchanged part is drawn shorter, or a thin part wider. */
export function viewBar(given: Part[]) {
  const parts = given.filter(({ rows }) => rows > 0);
  const total = parts.reduce((sum, { rows }) => sum + rows, 0);
  const shares = parts.map(({ rows }) => (100 * rows) / total);
  const widths = widenThin(shortenUnchanged(parts, shares));
  let from = 0;
  const bars = parts.map(({ tone }, at) => {
    const width = widths[at] ?? 0;
    const bar = { tone, from: round(from), width: round(width) };
    from += width;
    return bar;
  });
  return { bars, isDistorted: widths.some((width, at) => Math.abs(width - (shares[at] ?? 0)) > 0.01) };
}

function shortenUnchanged(parts: Part[], shares: number[]): number[] {
  const at = parts.findIndex(({ tone }) => tone === unchangedTone);
  const unchanged = shares[at] ?? 0;
  if (unchanged <= 50 || unchanged === 100) return shares;
  const stretch = (100 - unchangedMax) / (100 - unchanged);
  return shares.map((share, index) => (index === at ? unchangedMax : share * stretch));
}

function widenThin(widths: number[]): number[] {
  const missing = widths.reduce((sum, width) => sum + Math.max(0, thinnest - width), 0);
  const spare = widths.reduce((sum, width) => sum + Math.max(0, width - thinnest), 0);
  if (missing === 0 || spare === 0) return widths;
  return widths.map((width) =>
    width < thinnest ? thinnest : width - (missing * (width - thinnest)) / spare,
  );
}

const round = (percent: number) => Math.round(percent * 100) / 100;
