// Checks and findings as pages, API, report and doctor show them.
import type { Severity } from '../core/check.ts';
import type { Checker } from './checker.ts';
import { type Finding, isMuted, isOpen } from './finding.ts';
import type { Findings } from './findings.ts';
import type { Seen, Watch } from './watch.ts';

/** pass: nothing is found. unknown: it has not looked yet, or there was nothing to look at. */
export type CheckState = 'pass' | Severity | 'unknown';

export const checkStates = ['pass', 'info', 'warning', 'error', 'unknown'] as const;

export type CheckBody = ReturnType<typeof checkBody>;
export type FindingBody = ReturnType<typeof findingBody>;

/** All checks in the order of their features, each with its open findings, the worst first. */
export function listChecks(checker: Checker, findings: Findings, now: Date): CheckBody[] {
  const open = findings.open();
  return checker.watches().map((watch) => checkBody(watch, open, now));
}

function checkBody(watch: Watch, open: Finding[], now: Date) {
  const { check, title } = watch;
  const last = watch.last();
  const found = open.filter(({ check_id }) => check_id === check.id);
  return {
    id: check.id,
    component: check.component,
    title,
    every_sec: check.everySec,
    state: (last === null ? 'unknown' : (found[0]?.severity ?? stateOf(last))) as CheckState,
    says: last?.says ?? null,
    looked_at: last?.at ?? null,
    took_ms: last?.tookMs ?? null,
    found: found.map((finding) => findingBody(finding, now)),
  };
}

const stateOf = (seen: Seen): CheckState => (seen.error === null && seen.isUnknown ? 'unknown' : 'pass');

/** The JSON of a finding; `now` decides whether it is muted. */
export function findingBody(finding: Finding, now: Date) {
  const { fix, muted_until, ...rest } = finding;
  const isQuiet = isMuted(finding, now);
  return {
    ...rest,
    fix,
    state: isOpen(finding) ? ('open' as const) : ('cleared' as const),
    is_muted: isQuiet,
    muted_until: isQuiet ? muted_until : null,
  };
}

export type FindingStates = 'open' | 'cleared' | 'muted' | 'all';

/** open: worst first. cleared: the newest end first. muted: open or not. */
export function selectFindings(findings: Findings, state: FindingStates, now: Date): Finding[] {
  const cleared = () =>
    findings
      .all()
      .filter((finding) => !isOpen(finding))
      .sort((one, other) => (other.cleared_at ?? '').localeCompare(one.cleared_at ?? ''));
  if (state === 'open') return findings.open();
  if (state === 'cleared') return cleared();
  const all = [...findings.open(), ...cleared()];
  return state === 'all' ? all : all.filter((finding) => isMuted(finding, now));
}
