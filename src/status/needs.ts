// Matters that need a person: open findings, active incidents, overdue reviews and action items; the worst first.
import type { Severity } from '../core/check.ts';
import { formatNumber, plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import { type Finding, isMuted } from '../checks/finding.ts';
import { titleOfComponent } from '../checks/state-words.ts';
import type { Incident } from '../incident-store/incident.ts';
import { toneOf } from '../incident-store/tone.ts';

type ActiveIncident = Pick<Incident, 'number' | 'title' | 'severity' | 'status' | 'opened_at'>;

/** `rank`: 0 is the worst; among needs of a rank, the lower `level` is. `state`: of an incident, its tone. */
export type Need = {
  rank: number;
  level: number;
  name: string;
  sentence: string;
  since: string;
  href: string;
  state: Severity | ReturnType<typeof toneOf>;
  fix: Finding['fix'];
};

/** Notes of these components are duties of people. */
const duties = ['incident', 'runbook'];
const rankOfSeverity: Record<Severity, number> = { error: 0, warning: 2, info: 4 };

/** `open`: findings. Muted ones are left out. */
export function listNeeds(open: Finding[], incidents: ActiveIncident[], now: Date): Need[] {
  const findings = open.filter((finding) => !isMuted(finding, now) && isNeed(finding)).map(viewFinding);
  return [...incidents.map(viewIncident), ...findings].sort(
    (one, other) => one.rank - other.rank || one.level - other.level || other.since.localeCompare(one.since),
  );
}

function isNeed({ severity, component }: Finding): boolean {
  return severity !== 'info' || duties.includes(kindOf(component));
}

/** `runbook:disk-full` is of the kind runbook. */
export const kindOf = (component: string) => component.split(':')[0] ?? '';

function viewFinding({ id, severity, component, title, text, opened_at, fix }: Finding): Need {
  return {
    rank: rankOfSeverity[severity],
    level: worstLevel,
    name: titleOfComponent(component),
    sentence: `${title}. ${firstSentence(text)}`,
    since: opened_at,
    href: url(id === null ? '/checks' : `/checks#finding-${id}`),
    state: severity,
    fix,
  };
}

/** Of an incident, its severity. An error stands with incidents of severity 1. */
const worstLevel = 1;

/** The rest stands with the finding. A point within a name ends nothing: `chl.db`. */
const firstSentence = (text: string): string =>
  (/^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text).replace(/[^.!?]$/, '$&.');

/** A severe one stands with the errors. */
const rankOfTone = { bad: 0, warn: 1, hold: 3, idle: 4 };

function viewIncident(incident: ActiveIncident): Need {
  const { number, title, severity, status, opened_at } = incident;
  const state = toneOf(incident);
  return {
    ...{ rank: rankOfTone[state], level: severity, state },
    name: `Incident #${number}`,
    sentence: status === 'mitigated' ? `${title}. Write what solved it and close it.` : `${title}.`,
    since: opened_at,
    href: url(`/incidents/${number}`),
    fix: null,
  };
}

/** `1 error, 3 incidents, 1 overdue, 1 muted`; empty for nothing. */
export function countNeeds(needs: Need[], open: Finding[], now: Date): string {
  const count = (...states: Need['state'][]) => needs.filter(({ state }) => states.includes(state)).length;
  const muted = open.filter((finding) => isMuted(finding, now)).length;
  const parts: [number, (count: number) => string][] = [
    [count('error'), (errors) => plural(errors, 'error')],
    [count('bad', 'warn', 'hold', 'idle'), (incidents) => plural(incidents, 'incident')],
    [count('warning'), (warnings) => plural(warnings, 'warning')],
    [count('info'), (overdue) => `${formatNumber(overdue)} overdue`],
    [muted, (quiet) => `${formatNumber(quiet)} muted`],
  ];
  return parts.flatMap(([number, say]) => (number > 0 ? [say(number)] : [])).join(', ');
}
