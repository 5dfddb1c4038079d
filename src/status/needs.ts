// What needs a person: open findings, active incidents, overdue reviews and action items; the worst first.
import type { Severity } from '../core/check.ts';
import { plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import { type Finding, isMuted } from '../checks/finding.ts';
import { titleOfComponent } from '../checks/state-words.ts';
import type { Incident } from '../incident-store/incident.ts';

type ActiveIncident = Pick<Incident, 'number' | 'title' | 'severity' | 'status' | 'opened_at'>;

/** `rank`: 0 is the worst. `state`: of an incident, its status; severe: an open one of the severities 1 and 2. */
export type Need = {
  rank: number;
  name: string;
  sentence: string;
  since: string;
  href: string;
  state: Severity | 'severe' | 'open' | 'mitigated';
  fix: Finding['fix'];
};

/** Notes of these components are duties of people. */
const duties = ['incident', 'runbook'];
const rankOfSeverity: Record<Severity, number> = { error: 0, warning: 2, info: 4 };

/** `open`: findings. Muted ones are left out. */
export function listNeeds(open: Finding[], incidents: ActiveIncident[], now: Date): Need[] {
  const findings = open.filter((finding) => !isMuted(finding, now) && isNeed(finding)).map(viewFinding);
  return [...incidents.map(viewIncident), ...findings].sort(
    (one, other) => one.rank - other.rank || other.since.localeCompare(one.since),
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
    name: titleOfComponent(component),
    sentence: `${title}. ${text.replace(/[^.!?]$/, '$&.')}`,
    since: opened_at,
    href: url(id === null ? '/checks' : `/checks#finding-${id}`),
    state: severity,
    fix,
  };
}

/** A severe one stands with the errors. */
const states = {
  severe: { rank: 0, state: 'severe' },
  open: { rank: 1, state: 'open' },
  mitigated: { rank: 3, state: 'mitigated' },
} as const;

function viewIncident({ number, title, severity, status, opened_at }: ActiveIncident): Need {
  const isMitigated = status === 'mitigated';
  return {
    ...(isMitigated ? states.mitigated : severity <= 2 ? states.severe : states.open),
    name: `Incident #${number}`,
    sentence: isMitigated ? `${title}. Write what solved it and close it.` : `${title}.`,
    since: opened_at,
    href: url(`/incidents/${number}`),
    fix: null,
  };
}

/** `1 error, 2 warnings, 1 muted`; empty for nothing. */
export function countNeeds(open: Finding[], now: Date): string {
  const muted = open.filter((finding) => isMuted(finding, now));
  const count = (severity: Severity) =>
    open.filter((finding) => finding.severity === severity && !muted.includes(finding)).length;
  const [errors, warnings] = [count('error'), count('warning')];
  return [
    errors > 0 ? plural(errors, 'error') : '',
    warnings > 0 ? plural(warnings, 'warning') : '',
    muted.length > 0 ? `${muted.length} muted` : '',
  ]
    .filter(Boolean)
    .join(', ');
}
