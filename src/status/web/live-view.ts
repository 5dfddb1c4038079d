// The parts of the page that are fetched at intervals, with the time of the newest sample: figures and components.
import { formatAge } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { mutedBadge, stateBadges } from '../../checks/state-words.ts';
import { listChecks } from '../../checks/views.ts';
import { type Mark, sparkline } from '../../web/sparkline.ts';
import { type Component, listComponents } from '../components.ts';
import type { Figure } from '../figure.ts';
import { readFigures } from '../figures.ts';
import type { StatusContext } from '../parts.ts';
import { points, pointSec } from '../read-figures.ts';

export async function viewFigures(ctx: StatusContext) {
  const starts = ctx.telemetry.starts(points, pointSec);
  return {
    path: url('/ui/status/figures'),
    items: (await readFigures(ctx)).map((figure) => viewFigure(figure, starts)),
    sampled: viewSample(ctx),
  };
}

const looks = {
  ok: { tone: 'ok', icon: 'check', word: 'OK' },
  warning: { tone: 'warn', icon: 'tri', word: 'Warning' },
  error: { tone: 'bad', icon: 'cross', word: 'Critical' },
};
const curveTones = { ok: 'run', warning: 'warn', error: 'bad' };

function viewFigure({ state, series, links, href, ...figure }: Figure, starts: Mark[]) {
  return {
    ...figure,
    href: url(href),
    look: looks[state],
    isWell: state === 'ok',
    spark: series && sparkline(series, starts),
    tone: curveTones[state],
    marks: links?.slice(0, maxMarks).map((isUp) => (isUp ? looks.ok : looks.error)) ?? [],
  };
}

const maxMarks = 6;

/** `isStale`: samples are late, so the figures may be old. */
function viewSample({ telemetry, config, now }: Pick<StatusContext, 'telemetry' | 'config' | 'now'>) {
  const sample = telemetry.latest();
  if (sample === null) return { at: null, isStale: false, age: '' };
  const ageMs = now().getTime() - sample.at * 1000;
  return {
    at: new Date(sample.at * 1000).toISOString(),
    isStale: ageMs > config.checks.samplerLateIntervals * config.telemetryIntervalMs,
    age: formatAge(ageMs),
  };
}

export function readComponents({ checker, findings, now }: ComponentSources): Component[] {
  return listComponents(listChecks(checker, findings, now()));
}

type ComponentSources = Pick<StatusContext, 'checker' | 'findings' | 'now'>;

export const viewComponents = (ctx: ComponentSources) => ({
  path: url('/ui/status/components'),
  items: readComponents(ctx).map(viewComponent),
});

const quietStates = ['pass', 'unknown', 'info'];

function viewComponent({ name, title, state, is_muted, says, took_ms, looked_at, check }: Component) {
  return {
    id: `component-${name.replaceAll(/\W/g, '-')}`,
    title,
    href: url(`/checks#probe-${check}`),
    badge: { ...(is_muted ? mutedBadge : stateBadges[state]), isQuiet: quietStates.includes(state) },
    says,
    tookMs: took_ms,
    at: looked_at,
  };
}
