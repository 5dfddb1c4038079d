// The view models of a group: a row of the list, and its page.
import { formatNumber, plural } from '../../core/format.ts';
import type { Role } from '../../core/role.ts';
import { url } from '../../core/url.ts';
import { barChart } from '../../web/chart.ts';
import { clockOf, dayOf } from '../../web/template-globals.ts';
import type { Incident } from '../../incident-store/incident.ts';
import { decisionActions } from '../actions.ts';
import type { ErrorSource } from '../fingerprint.ts';
import { type Group, groupTarget, isInTitle, type GroupState, type Sample } from '../group.ts';
import type { SeenGroup } from '../groups.ts';

const barWidth = 4;
const barStep = 5;
const barsHeight = 20;
/** A single error stays visible beside hundreds. */
const minBar = 2;

export const sourceWords: Record<ErrorSource, string> = { server: 'Server', job: 'Jobs', worker: 'Workers' };

const badges = {
  open: { tone: 'bad', icon: 'cross', word: 'Open', isQuiet: true },
  resolved: { tone: 'ok', icon: 'check', word: 'Resolved', isQuiet: true },
  muted: { tone: 'hold', icon: 'mute', word: 'Muted', isQuiet: true },
};
const cameBack = { tone: 'bad', icon: 'cross', word: 'Came back', isQuiet: false };

const badgeOf = ({ state, came_back_at }: Group) => (came_back_at === null ? badges[state] : cameBack);

export function viewGroup(group: SeenGroup) {
  const { id, title, source, code, place, frame, times, last_at, first_version } = group;
  const inDay = group.hours.reduce((sum, hour) => sum + hour.times, 0);
  return {
    id,
    title,
    href: url(`/errors/${id}`),
    source: sourceWords[source],
    code,
    place: isInTitle(group) ? null : place,
    frame,
    times: formatNumber(times),
    inDay: inDay === times ? null : `${formatNumber(inDay)} in 24 h`,
    bars: drawBars(group),
    lastAt: last_at,
    badge: badgeOf(group),
    notes: [
      ...(group.isNew ? [`New in ${first_version}`] : []),
      ...(group.isSinceSuccess ? ['New since the last success'] : []),
    ],
    ...viewDecisions(group),
  };
}

/** The buttons, by the states that a group can get. */
function viewDecisions({ id, state }: Group) {
  const button = (to: GroupState, label: string) => {
    const { verb, name } = decisionActions[to];
    const run = { action: url(`/ui/errors/${id}/${verb}`), fields: [], needs: name };
    return { label, run, id: `${verb}-error-${id}` };
  };
  return {
    decide: state === 'open' ? button('resolved', 'Resolve') : button('open', 'Open again'),
    muteUrl: state === 'muted' ? null : url(`/ui/errors/${id}/mute`),
    muteNeeds: decisionActions.muted.name,
  };
}

/** The times of the last 24 hours as bars. Null without any; then the row says so. */
function drawBars({ hours }: SeenGroup) {
  const highest = Math.max(...hours.map(({ times }) => times));
  if (highest === 0) return null;
  const width = hours.length * barStep - (barStep - barWidth);
  return {
    width,
    height: barsHeight,
    label: describeHours(hours),
    bars: hours.flatMap(({ times }, at) => {
      const tall = Math.max(minBar, Math.round((times / highest) * barsHeight));
      return times === 0 ? [] : [{ x: at * barStep, y: barsHeight - tall, width: barWidth, height: tall }];
    }),
  };
}

/** `37 times in 24 hours, 31 of them between 12:00 and 13:00` */
function describeHours(hours: SeenGroup['hours']): string {
  const inDay = hours.reduce((sum, { times }) => sum + times, 0);
  if (inDay === 0) return 'Not seen in the last 24 hours';
  const most = hours.reduce((one, other) => (other.times >= one.times ? other : one));
  const begin = beginOf(most.hour);
  const end = new Date(begin.getTime() + 3_600_000);
  const part = most.times === inDay ? 'all of them' : `${formatNumber(most.times)} of them`;
  return [
    `${plural(inDay, 'time')} in 24 hours,`,
    ...(inDay === 1 ? [] : [part]),
    `between ${minuteOf(begin)} and ${minuteOf(end)}`,
  ].join(' ');
}

const beginOf = (hour: string) => new Date(`${hour}:00:00.000Z`);
const minuteOf = (at: Date) => clockOf(at).slice(0, 'HH:MM'.length);
const nameOf = (at: Date) => `${dayOf(at)} ${minuteOf(at)}`;

export function viewGroupPage(group: SeenGroup & { sample: Sample }, incident: Incident | null, role: Role) {
  const { sample, first_at, first_version, resolved_version, came_back_at, changed_at, changed_by } = group;
  const view = viewGroup(group);
  return {
    role,
    group: {
      ...view,
      path: url(`/ui/errors/${group.id}/changes`),
      incident: incident && { ...incident, href: url(`/incidents/${incident.number}`) },
      openUrl:
        incident && incident.status !== 'closed'
          ? null
          : url('/ui/incidents/open', { source_ref: groupTarget(group.id) }),
      firstAt: first_at,
      firstVersion: first_version,
      resolvedVersion: resolved_version,
      cameBackAt: came_back_at,
      decision: changed_at === null ? null : { at: changed_at, by: changed_by, word: decided[group.state] },
      auditUrl: changed_at === null ? null : url('/audit', { target: groupTarget(group.id) }),
      parts: [view.source, group.place],
      line: group.line,
      chart: chartOf(group),
      seen: describeHours(group.hours),
      sample: viewSample(sample),
      seenIn: viewPlaces(sample),
    },
  };
}

const decided: Record<GroupState, string> = { open: 'Last decision', resolved: 'Resolved', muted: 'Muted' };

function chartOf(group: SeenGroup) {
  const bars = group.hours.map(({ hour, times }) => ({
    title: `${nameOf(beginOf(hour))}: ${plural(times, 'time')}`,
    parts: [{ tone: 'bad', value: times }],
  }));
  const [first, middle] = [group.hours[0], group.hours[12]].map((one) => one && nameOf(beginOf(one.hour)));
  return barChart(bars, {
    label: `Times an hour: ${describeHours(group.hours)}.`,
    steps: [first ?? '', middle ?? '', 'now'],
    format: formatNumber,
  });
}

/** The first line stands out from the rest. */
function viewSample({ at, text, version, worker, entry }: Sample) {
  const [first = '', ...rest] = text.split('\n');
  return { at, version, worker, entry, first, rest: rest.map((line) => `\n${line}`).join('') };
}

/** The newest first. */
function viewPlaces({ jobs, requests, entry }: Sample) {
  return {
    jobs: [...jobs].reverse().map((number) => ({ text: `#${number}`, href: url(`/jobs/${number}`) })),
    requests: [...requests].reverse().map((id) => ({
      text: id,
      href: url(`/requests/${encodeURIComponent(id)}`),
      log: url('/log', { request: id }),
    })),
    entry: entry === null ? null : { text: entry, href: url(`/library/${encodeURIComponent(entry)}`) },
  };
}
