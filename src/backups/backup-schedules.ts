// The two schedules of backups: one makes them, one tests them. One action switches both on.
import { auditRefusal, type Requester } from '../core/audit.ts';
import { lowerFirst, upperFirst } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { machineZone } from '../schedule-store/cron.ts';
import { describeWhenAndWhere } from '../schedule-store/describe-when.ts';
import type { NextRun, NextRuns } from '../schedule-store/next-runs.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { backupActions } from './actions.ts';

const makes = { operation: 'backup', verb: 'back up', usual: 'back up nightly at 02:00' };
const tests = { operation: 'drill', verb: 'test', usual: 'test weekly' };
type Duty = typeof makes;

type Edits = {
  put(
    name: string,
    wanted: { operation: string; cron: string; is_on: true },
    by: Requester,
  ): Promise<unknown>;
  switch(name: string, isOn: boolean, by: Requester): Promise<unknown>;
};

type Given = Pick<Kernel, 'audit' | 'catalogue' | 'untilFree'> & {
  schedules: Pick<ScheduleRepository, 'all'>;
  nextRuns: Pick<NextRuns, 'of'>;
  scheduleEdits: Edits;
};

export type BackupPlan = {
  /** `Backed up every day at 02:00, tested every Sunday at 03:30.` */
  sentence: string;
  /** The label of the button that completes it; null when nothing is missing. */
  offer: string | null;
  /** Whether a schedule makes backups. */
  isMade: boolean;
  nextBackup: NextRun | null;
  nextTest: NextRun | null;
};

export type BackupSchedules = ReturnType<typeof createBackupSchedules>;

export function createBackupSchedules(given: Given) {
  const { audit, nextRuns, untilFree } = given;
  const findOn = ({ operation }: Duty) => schedulesOf(given, operation).find(({ is_on }) => is_on) ?? null;
  const describe = () => describePlan(findOn(makes), findOn(tests));

  return {
    read(): BackupPlan {
      const missing = [makes, tests].filter((duty) => !findOn(duty));
      const offers = missing.flatMap((duty) => describeOffer(given, duty) ?? []);
      return {
        sentence: describe(),
        offer: offers.length > 0 ? upperFirst(offers.join(', ')) : null,
        isMade: findOn(makes) !== null,
        nextBackup: nextRuns.of(makes.operation),
        nextTest: nextRuns.of(tests.operation),
      };
    },

    /** Switches on what is off, and adds what is missing. Returns the new sentence. */
    async setUp(by: Requester): Promise<string> {
      const { name: event, target } = backupActions.setUp;
      const entry = { event, by, target };
      return auditRefusal(audit, entry, async () => {
        const before = describe();
        for (const duty of [makes, tests]) if (!findOn(duty)) await switchOn(given, duty, by);
        const after = describe();
        await untilFree(() => audit.record({ ...entry, outcome: 'ok', detail: { before, after } }));
        return after;
      });
    },
  };
}

async function switchOn(given: Given, duty: Duty, by: Requester) {
  const { scheduleEdits } = given;
  const offered = findOffer(given, duty);
  if (!offered) return;
  const { isStored, name, cron } = offered;
  if (isStored) await scheduleEdits.switch(name, true, by);
  else await scheduleEdits.put(name, { operation: duty.operation, cron, is_on: true }, by);
}

function schedulesOf({ schedules }: Pick<Given, 'schedules'>, operation: string): Schedule[] {
  return schedules.all().filter((one) => one.operation === operation);
}

function describePlan(backup: Schedule | null, test: Schedule | null): string {
  const tested = test ? `tested ${lowerFirst(describeWhenAndWhere(test))}` : null;
  if (backup) {
    const made = lowerFirst(describeWhenAndWhere(backup));
    return `Backed up ${made}, ${tested ?? 'and tested only by hand'}.`;
  }
  return `No schedule. Backups are made only by hand${tested ? `, and ${tested}` : ''}.`;
}

/** The schedule that is off, else the one that the operation suggests. */
function findOffer(given: Given, { operation }: Duty) {
  const [stored] = schedulesOf(given, operation);
  if (stored) return { isStored: true, name: stored.name, cron: stored.cron, zone: stored.zone };
  const suggested = given.catalogue.find(operation)?.suggestedSchedules?.[0];
  return suggested ? { isStored: false, ...suggested, zone: machineZone() } : null;
}

/** A time that is not the suggested one is named. */
function describeOffer(given: Given, duty: Duty): string | null {
  const offered = findOffer(given, duty);
  if (!offered) return null;
  const suggested = given.catalogue.find(duty.operation)?.suggestedSchedules?.[0];
  if (offered.cron === suggested?.cron) return duty.usual;
  return `${duty.verb} ${lowerFirst(describeWhenAndWhere(offered))}`;
}
