// The view model of the objectives: for each its value, its strip with a sentence, and the rest of its allowance.
import { formatMs, plural } from '../../core/format.ts';
import { describeObjective, formatTarget } from '../../objective-store/objective.ts';
import { dayOf } from '../../web/template-globals.ts';
import { describeStandings, formatAmount, formatCount, formatPace, formatShare } from '../describe.ts';
import type { History } from '../history.ts';
import type { P95 } from '../latency.ts';
import type { Standing, StandingState } from '../standing.ts';
import { nameDays } from './day-words.ts';
import { describeBad, describeBadOfAll, describeOff, placeOf } from './objective-words.ts';
import { drawStrip, toneOf } from './strip.ts';

const badges: Record<StandingState, { tone: string; icon: string; word: string; isQuiet: boolean }> = {
  held: { tone: 'ok', icon: 'check', word: 'Held', isQuiet: true },
  missed: { tone: 'warn', icon: 'tri', word: 'Below target', isQuiet: false },
  too_few: { tone: 'idle', icon: 'clock', word: 'Too few to judge', isQuiet: true },
  off: { tone: 'idle', icon: 'pause', word: 'Off', isQuiet: true },
};

export function viewObjectives(standings: readonly Standing[], history: History, p95: P95) {
  const days = standings[0]?.days ?? [];
  const [first, last] = [days[0]?.date, days.at(-1)?.date];
  const began = standings.flatMap(({ countedSince }) => countedSince ?? []);
  const since = began.length === 0 ? null : new Date(Math.min(...began.map(Number)));
  return {
    sentence: describeHead(standings),
    meta: first && last ? `${dayOf(first)} to ${dayOf(last)}` : '',
    items: standings.map((one) => viewObjective(one, history, p95)),
    /** Null when all days of the strips were counted, or none. */
    began: since && first && since > first ? since.toISOString() : null,
    hasBegun: since !== null,
    marks: first ? describeMarks(history, first) : null,
    usedUp: standings.filter(({ state }) => state === 'missed').map(viewUsedUp),
  };
}

/** `5 of 6 held over 30 days. “fast” is below its target.` */
function describeHead(standings: readonly Standing[]): string {
  const missed = standings.filter(({ state }) => state === 'missed').map((one) => `“${one.definition.name}”`);
  const sentence = describeStandings(standings);
  if (missed.length === 0) return sentence;
  const names =
    missed.length === 1 ? `${missed[0]} is below its target` : `${missed.join(', ')} are below their targets`;
  return `${sentence} ${names}.`;
}

function viewObjective(standing: Standing, history: History, p95: P95) {
  const { definition, value, state, share, total, days } = standing;
  const { name } = definition;
  return {
    name,
    id: `objective-${name}`,
    about: describeObjective(definition, value),
    badge: badges[state],
    share: share === null || state === 'off' ? '–' : formatShare(share),
    target: `target ${formatTarget(value.target)}`,
    strip: drawStrip(days, history),
    says: state === 'off' ? 'Nothing is counted while it is off.' : describeDays(standing, history),
    ...viewAllowance(standing),
    facts: [
      ...(name === 'fast' || name === 'search'
        ? [`p95 ${p95[name] === null ? '–' : formatMs(p95[name])}`]
        : []),
      `n ${formatAmount(definition.unit, total)}`,
      ...(value.window_days === 30 ? [] : [`over ${value.window_days} days`]),
    ].join(' · '),
    pace: standing.burn ? `At this pace it is used up in ${formatPace(standing.burn.used_up_in_sec)}.` : null,
  };
}

function describeDays(standing: Standing, { off }: History): string {
  const { days, total } = standing;
  if (total === 0) return 'Nothing counted yet';
  const over = days.filter(({ used }) => toneOf(used) === 'bad').map(({ date }) => date);
  const began = days.findIndex(({ used }) => used !== null);
  // Today is not over.
  const gaps = days
    .slice(0, -1)
    .filter(({ used }, at) => used === null && began >= 0 && at > began)
    .map(({ date }) => date);
  const parts = [
    describeBad(standing),
    over.length === 0 ? null : describeOver(over),
    gaps.length === 0 ? null : `not counted: ${nameDays(gaps)}`,
    standing.definition.name === 'up' ? describeOff(off, days) : null,
  ];
  return parts.filter((part) => part !== null).join('; ');
}

const describeOver = (over: readonly Date[]) =>
  over.length === 1
    ? `over its allowance: ${nameDays(over)}`
    : `${plural(over.length, 'day')} over their allowance: ${nameDays(over).replace(/^\d+ days, /, '')}`;

/** Nothing is said about an allowance of too few events. */
function viewAllowance({ definition: { unit }, state, allowance, usedUpOn }: Standing) {
  if (state === 'off' || state === 'too_few') return { left: null, of: null };
  if (state === 'missed') return { left: 'Used up', of: usedUpOn ? `since ${dayOf(usedUpOn)}` : null };
  const isSmall = unit !== 'minutes' && allowance.total < 1;
  if (isSmall) return { left: 'Less than one', of: 'is allowed' };
  return {
    left: formatCount(unit, allowance.left),
    of: `of ${formatAmount(unit, allowance.total)} left`,
  };
}

/** `The server was started 12 times, the last on 27 Nov. New versions: 0.2.0 on 21 Nov.` Null without a start. */
function describeMarks({ starts }: History, first: Date): string | null {
  const shown = starts.filter(({ at }) => at >= first);
  const last = shown.at(-1);
  if (!last) return null;
  const versions = shown.flatMap(({ at, version }) =>
    version === null ? [] : [`${version} on ${dayOf(at)}`],
  );
  const times = shown.length === 1 ? `once, on` : `${plural(shown.length, 'time')}, the last on`;
  const sentence = `The server was started ${times} ${dayOf(last.at)}.`;
  return versions.length === 0 ? sentence : `${sentence} New: ${versions.slice(-3).join(', ')}.`;
}

function viewUsedUp(standing: Standing) {
  const { definition, value, allowance, burn } = standing;
  const { name, unit } = definition;
  const pace = burn ? ` At this pace it would be used up in ${formatPace(burn.used_up_in_sec)}.` : '';
  const isOne = unit !== 'minutes' && Math.round(allowance.total) === 1;
  return {
    id: `used-up-${name}`,
    title: `“${name}” has used its allowance of ${value.window_days} days`,
    text: `${describeBadOfAll(standing)}; ${formatAmount(unit, allowance.total)} ${isOne ? 'is' : 'are'} allowed.${pace}`,
    ...placeOf[name],
  };
}
