// The view models of checks and findings on /checks.
import { worstFirst } from '../../core/check.ts';
import { formatList, formatNumber, plural, upperFirst } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { viewFix } from '../finding.ts';
import { mutedBadge, stateBadges, titleOfComponent } from '../state-words.ts';
import type { RunbookLink } from '../runbook-link.ts';
import type { CheckBody, FindingBody } from '../views.ts';

type LinkRunbook = (slug: string | null) => RunbookLink | null;

function viewFinding(finding: FindingBody, checkTitle: string, linkRunbook: LinkRunbook) {
  const {
    id,
    severity,
    title,
    text,
    stops,
    opened_at,
    times,
    fix,
    is_muted,
    muted_by,
    mute_reason,
    incident,
  } = finding;
  return {
    host: `finding-${id ?? `${finding.check_id}-${finding.subject}`.replaceAll(/\W/g, '-')}`,
    ...stateBadges[severity],
    title,
    text,
    stops: stops.length > 0 ? formatList(stops) : null,
    since: opened_at,
    times: times > 1 ? `opened ${formatNumber(times)} times` : null,
    component: titleOfComponent(finding.component),
    checkTitle,
    check: finding.check_id,
    fix: viewFix(fix),
    runbook: linkRunbook(finding.runbook),
    mute: is_muted ? { until: describeUntil(finding), by: muted_by, reason: mute_reason } : null,
    auditUrl: id === null ? null : url('/audit', { target: `finding:${id}` }),
    muteUrl: id === null ? null : url(`/ui/findings/${id}/mute`),
    incident: incident === null ? null : { number: incident, href: url(`/incidents/${incident}`) },
    openUrl: id === null ? null : url('/ui/incidents/open', { source_ref: `finding:${id}` }),
    unmuteUrl: id === null ? null : url(`/ui/findings/${id}/unmute`),
  };
}

/** A time, or null until it changes. */
function describeUntil({ muted_until }: FindingBody): string | null {
  return muted_until === 'change' ? null : muted_until;
}

export function viewChecks(checks: CheckBody[], linkRunbook: LinkRunbook) {
  const shown = checks.flatMap((check) => check.found.map((finding) => ({ finding, title: check.title })));
  const views = shown
    .sort((one, other) => worstFirst(one.finding, other.finding))
    .map(({ finding, title }) => viewFinding(finding, title, linkRunbook));
  return {
    open: views.filter(({ mute }) => mute === null),
    muted: views.filter(({ mute }) => mute !== null),
    sentence: summarise(checks),
    isNew: checks.every(({ state }) => state === 'unknown'),
  };
}

/** The checks in the order of their components, each with its last result. */
export function viewProbes(checks: CheckBody[]) {
  return [...checks]
    .map((check) => ({
      id: check.id,
      title: upperFirst(check.title),
      component: titleOfComponent(check.component),
      badge:
        check.found.length > 0 && check.found.every(({ is_muted }) => is_muted)
          ? mutedBadge
          : stateBadges[check.state],
      isQuiet: check.state === 'pass' || check.state === 'unknown' || check.state === 'info',
      says: [check.found[0]?.title, check.says].filter(Boolean).join(' · '),
      tookMs: check.took_ms,
      at: check.looked_at,
    }))
    .sort(
      (one, other) => one.component.localeCompare(other.component) || one.title.localeCompare(other.title),
    );
}

/** `14 checks pass.`, `21 of 25 checks pass. 3 findings: 1 error, 2 warnings; 1 muted.` A check with notes alone passes. */
export function summarise(checks: CheckBody[]): string {
  const passing = checks.filter(({ state }) => state === 'pass' || state === 'info').length;
  const found = checks.flatMap((check) => check.found);
  const count = (severity: string) => found.filter((one) => one.severity === severity).length;
  const parts = [
    [count('error'), 'error', 'errors'],
    [count('warning'), 'warning', 'warnings'],
    [count('info'), 'note', 'notes'],
  ] as const;
  const words = parts
    .filter(([number]) => number > 0)
    .map(([number, one, many]) => plural(number, one, many));
  const passes =
    passing === checks.length
      ? `${plural(passing, 'check passes', 'checks pass')}.`
      : `${formatNumber(passing)} of ${plural(checks.length, 'check')} pass.`;
  if (words.length === 0) return passes;
  const total = found.length > 1 ? `${plural(found.length, 'finding')}: ` : '';
  const quiet = found.filter(({ is_muted }) => is_muted).length;
  const andMuted = quiet > 0 ? `; ${formatNumber(quiet)} muted` : '';
  return `${passes} ${total}${words.join(', ')}${andMuted}.`;
}
