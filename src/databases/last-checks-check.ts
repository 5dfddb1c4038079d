// Checks that each database was checked lately as a whole, and that its last check has found nothing. The log, which is made again
// when it is damaged, need not be checked.
import type { Check, Found } from '../core/check.ts';
import { plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { url } from '../core/url.ts';
import { type DatabaseName, lastingNames, fileNameOf } from './database.ts';
import type { PastWork } from './past-work-repository.ts';

type Sources = Pick<Kernel, 'config' | 'now'> & { past: PastWork };

const dayMs = 86_400_000;

export const lastCheckHead = {
  id: 'database-checks',
  component: 'database',
  title: 'Checks of the databases',
};

export function lastChecksCheck(sources: Sources): Check {
  return {
    ...lastCheckHead,
    everySec: 60,
    dirtyOn: ['databases', 'jobs-removed'],
    look() {
      const found = lastingNames.flatMap((name) => judge(sources, name));
      const checked = lastingNames.filter((name) => sources.past.lastPassed(name) !== null);
      const says = found.length > 0 ? 'See the findings' : describe(checked.length);
      return { says, found };
    },
  };
}

function describe(checked: number): string {
  return checked === lastingNames.length ? 'Both are as they were written' : 'Not checked yet';
}

const fix = { href: url('/databases'), label: 'Open databases' };

function judge(sources: Sources, name: DatabaseName): Found[] {
  return [findBroken(sources, name), findUnfinished(sources, name), findOverdue(sources, name)].filter(
    (one) => one !== null,
  );
}

/** Stays until a check of the whole file passes. Damage stops everything, which the check of the databases says. */
function findBroken({ config, past }: Sources, name: DatabaseName): Found | null {
  const broken = past.lastBroken(name);
  if (!broken) return null;
  const isLoss = broken.kind === 'damage' || broken.kind === 'index';
  return {
    subject: `problem ${name}`,
    severity: isLoss ? 'error' : 'warning',
    title: `The last check of ${fileNameOf(config, name)} has found a problem`,
    text: broken.message,
    stops: [],
    causedBy: ['database'],
    runbook: 'restore',
    fix,
    since: broken.at,
  };
}

function findUnfinished({ config, past }: Sources, name: DatabaseName): Found | null {
  const unfinished = past.lastUnfinished(name);
  if (!unfinished) return null;
  return {
    subject: `unfinished ${name}`,
    severity: 'warning',
    title: `${fileNameOf(config, name)} could not be checked`,
    text: `${unfinished.message ?? `Job #${unfinished.number} has failed.`} Repair the cause, then check it again.`,
    stops: [],
    fix,
    since: unfinished.at,
  };
}

/** A new installation has as many days for its first check. */
function findOverdue({ config, now, past }: Sources, name: DatabaseName): Found | null {
  const { databaseUncheckedDays: days } = config.checks;
  const since = past.lastPassed(name)?.at ?? past.firstStart();
  if (since === null || now().getTime() - Date.parse(since) <= days * dayMs) return null;
  return {
    subject: `overdue ${name}`,
    severity: 'warning',
    title: `${fileNameOf(config, name)} was not checked lately`,
    text: `No check of the whole file has passed for more than ${plural(days, 'day')}. A quick check or a vacuum does not count. Check it now, or switch on its schedule.`,
    stops: [],
    fix,
    since,
  };
}
