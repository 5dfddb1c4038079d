// A check looks at one condition of the installation. Its results are kept as findings: the banners, /checks, /health and
// the doctor show findings and nothing else.
import type { BusEvents } from './bus.ts';

export const severities = ['info', 'warning', 'error'] as const;

/** error: something does not work. warning: it works less, or soon will not. info: worth knowing; never a banner, and
 *  nothing to /health. */
export type Severity = (typeof severities)[number];

/** Compares two for sorting. */
export function worstFirst(one: { severity: Severity }, other: { severity: Severity }): number {
  return severities.indexOf(other.severity) - severities.indexOf(one.severity);
}

/** The texts change only with the condition: no sizes, no sampling times. */
export type Found = {
  /** The thing concerned, the same in each look. It names one finding together with the check's id. */
  subject: string;
  severity: Severity;
  /** The consequence. */
  title: string;
  /** The cause and the next step. */
  text: string;
  /** Parts that do not work meanwhile, e.g. names of operations; none for an `info`. */
  stops: string[];
  /** Ids of checks. While one of them has found an error, that is the cause, and this finding makes no banner of its own. */
  causedBy?: string[];
  fix?: { href: string; label: string };
  /** The slug of a runbook. */
  runbook?: string;
  /** The start of the condition, if it is known (ISO 8601). Default: the time of the look that opened the finding. */
  since?: string;
  /** The component, if the check looks at several. */
  component?: string;
};

export type Looked = {
  /** The state that the probe saw, with figures: `39,561 vectors`. */
  says: string;
  found: Found[];
  /** There was nothing to look at yet. */
  isUnknown?: true;
};

export type CheckHead = Pick<Check, 'id' | 'component' | 'title'>;

export type Check = {
  /** Never changes, because findings are stored with it: `index`, `disk-space`. */
  id: string;
  /** The component's key in the answer of /health, such as `database`. */
  component: string;
  /** Absent: the id in words. */
  title?: string;
  /** Seconds between two looks. One of more than a minute is for a costly look, which /health does not repeat. */
  everySec: number;
  /** Events after which `look` may answer differently. */
  dirtyOn?: (keyof BusEvents)[];
  /** A costly look is repeated after such an event only if this differs from the last look. */
  dependsOn?: () => string;
  /** `second`, for a threshold: a finding opens when two looks in a row have seen it. Default: `first`. */
  opensAt?: 'first' | 'second';
  /** Reads only. An error that it throws is a finding of its own. */
  look(): Looked | Promise<Looked>;
};
