// Reads the figures of the status from their sources. A figure that cannot be had is a dash with its reason.
import { describeRate } from '../caches/read-caches.ts';
import type { Finding } from '../checks/finding.ts';
import { formatBytes, formatEstimate, formatMs, formatNumber, plural } from '../core/format.ts';
import { lastingNames } from '../databases/database.ts';
import { toneOf } from '../incident-store/tone.ts';
import { orProblem } from '../log-store/or-problem.ts';
import type { QueueView } from '../queue/queue-view.ts';
import { minForP95 } from '../requests/figures.ts';
import type { Figure, FigureParts } from './figure.ts';
import type { FigureSources } from './parts.ts';

/** Points of a curve, over about an hour. */
export const points = 16;
export const pointSec = 240;

/** Without the file of the log, or with too few requests, there is no figure. */
export async function readServer({ requestFigures, config }: FigureSources): Promise<FigureParts> {
  const { read, problem } = await orProblem(requestFigures.read('1h'));
  if (read === null) return { value: null, text: '–', about: problem };
  const { n, p95 } = read.all;
  if (p95 === null) {
    const about = n === 0 ? 'No requests in 1 h' : `Too few requests to judge: ${n} of ${minForP95}`;
    return { value: null, text: '–', about };
  }
  const limit = `the ${formatMs(config.slowRequestMs)} limit`;
  const [text = '', unit = null] = formatMs(p95).split(/ (?=ms$)/);
  const isSlow = p95 > config.slowRequestMs;
  return {
    value: p95,
    text,
    unit,
    about: `${isSlow ? 'Above' : 'Within'} ${limit}`,
    state: isSlow ? 'warning' : 'ok',
  };
}

export async function readQueue({ viewQueue, telemetry }: FigureSources): Promise<FigureParts> {
  const queue = await viewQueue();
  const waiting = queue.pending.total;
  const series = telemetry.recent('queue_pending', points, pointSec, 'max');
  return { value: waiting, text: formatNumber(waiting), about: describeQueue(queue), series };
}

function describeQueue({ pending, failed, etaSec, isPaused, kindsPaused, outage }: QueueView): string {
  if (outage) return 'Waiting for the embedding service';
  if (pending.total === 0)
    return failed.total > 0 ? `${formatNumber(failed.total)} failed` : 'All are embedded';
  if (isPaused) return kindsPaused ?? 'Workers are paused';
  return etaSec === null ? 'Not embedding now' : `Clears in ${formatEstimate(etaSec)}`;
}

export function readDatabases({ databaseList, telemetry, logState }: FigureSources): FigureParts {
  const sample = telemetry.latest();
  const sizes = [sample?.library_bytes, sample?.ops_bytes, logState().file?.bytes];
  const known = sizes.filter((bytes) => bytes !== null && bytes !== undefined);
  const bytes = known.reduce((sum, size) => sum + size, 0);
  const [text = '–', unit = null] = known.length === 0 ? [] : formatBytes(bytes).split(' ');
  return {
    ...{ value: known.length === 0 ? null : bytes, text, unit },
    ...describeChecks(databaseList),
    series: addUp(
      telemetry.recent('library_bytes', points, pointSec),
      telemetry.recent('ops_bytes', points, pointSec),
    ),
  };
}

function addUp(one: Figure['series'] & object, other: Figure['series'] & object) {
  return one.map((value, step) => {
    const added = other[step] ?? null;
    return value === null || added === null ? null : value + added;
  });
}

/** The older of the last checks. */
function describeChecks({
  checkOf,
}: FigureSources['databaseList']): Pick<FigureParts, 'about' | 'at' | 'state'> {
  const checks = lastingNames.map(checkOf);
  const times = checks.map(({ at }) => at).filter((at) => at !== null);
  const at = times.sort()[0] ?? null;
  if (checks.some(({ outcome }) => outcome === 'found'))
    return { about: 'The last check has found a problem', at: null, state: 'error' };
  if (at === null || times.length < checks.length) return { about: 'Not all were checked yet', at: null };
  return { about: 'Last check OK', at };
}

export function readCaches({ cacheTotals }: FigureSources): FigureParts {
  const { reads, hitRate } = cacheTotals();
  if (hitRate === null) return { value: null, text: '–', about: `Too few reads to judge: ${reads}` };
  return { value: hitRate, text: describeRate(hitRate), about: `Of ${plural(reads, 'read')} since start` };
}

/** The sheets that were used before, the embedding service, if there is one, and the webhooks that are on. */
export function readLinks(
  { sourceHealth, config, lastArrivedAt, webhookRepository }: FigureSources,
  open: Finding[],
): FigureParts {
  const sheets = sourceHealth.all().filter(({ state }) => state !== 'never');
  const outage = open.find(({ component, severity }) => component === 'embedder' && severity === 'error');
  const service = config.embedding === null ? [] : [{ name: 'Embedding service', isUp: !outage }];
  const webhooks = webhookRepository
    .all()
    .filter(({ is_on: isOn }) => isOn)
    // Nothing is known of a webhook that has sent nothing yet.
    .filter(({ name, failing_since: since }) => since !== null || lastArrivedAt(name) !== null)
    .map(({ name, failing_since: since }) => ({ name: `webhook ${name}`, isUp: since === null }));
  const all = [
    ...sheets.map(({ name, state }) => ({ name, isUp: state !== 'error' })),
    ...service,
    ...webhooks,
  ];
  const down = all.filter(({ isUp }) => !isUp);
  if (all.length === 0)
    return { value: null, text: '–', about: 'No sheet, service or webhook is in use yet' };
  const about = down.length === 0 ? 'All of them' : `Not: ${down.map(({ name }) => name).join(', ')}`;
  return {
    value: all.length - down.length,
    ...{ text: String(all.length - down.length), unit: `of ${all.length}`, about },
    ...{ links: all.map(({ isUp }) => isUp), state: down.length > 0 ? ('error' as const) : ('ok' as const) },
  };
}

const statesOfTones = { bad: 'error', warn: 'warning', hold: 'ok', idle: 'ok' } as const;

export function readIncidents({ overview }: FigureSources): FigureParts {
  const { open, mitigated, worst } = overview.read();
  const waiting = plural(mitigated, 'waits', 'wait');
  if (open > 0 && worst !== null) {
    const state = statesOfTones[toneOf({ status: 'open', severity: worst })];
    const about = `Worst: severity ${worst}`;
    return { value: open + mitigated, text: formatNumber(open), unit: 'open', about, state };
  }
  if (mitigated === 0) return { value: 0, text: '0', about: 'None open' };
  const about = `None open; ${waiting} to be closed`;
  return { value: mitigated, text: formatNumber(mitigated), unit: 'mitigated', about };
}
