import t from 'tap';
import type { Backup } from '../../src/backup-store/backup.ts';
import { backupsCheck } from '../../src/backups/backups-check.ts';
import { findExpired } from '../../src/backups/retention.ts';
import { readConfig } from '../../src/core/config.ts';
import { newYear } from '../support/schedule-breaks.ts';
import { makeFolder } from '../support/folder.ts';

type Given = Parameters<typeof findExpired>[0][number];

const mebibyte = 1024 * 1024;
const limits = { backupDaily: 7, backupWeekly: 4, backupMonthly: 3, backupMaxBytes: 20_480 * mebibyte };
const made = (at: string, more: Partial<Backup> = {}): Given => ({
  id: at.slice(0, 16),
  at: `${at.padEnd(16, 'T02:00').slice(0, 16)}:00.000Z`,
  kind: 'full',
  bytes: mebibyte,
  proof: 'none',
  is_kept: false,
  ...more,
});

/** One each night, from the newest backwards. */
function nightly(nights: number): Given[] {
  const last = Date.UTC(2026, 10, 28);
  return Array.from({ length: nights }, (_, at) =>
    made(new Date(last - at * 86_400_000).toISOString().slice(0, 10)),
  );
}

const now = '2026-11-29T00:00:00.000Z';
const keptOf = (backups: Given[], given = limits, at = now) => {
  const expired = new Set(findExpired(backups, given, at));
  return backups.map(({ id }) => id).filter((id) => !expired.has(id));
};

t.test('the last backups of days, weeks and months are kept', async (t) => {
  t.strictSame(keptOf(nightly(200)), [
    '2026-11-28',
    '2026-11-27',
    '2026-11-26',
    '2026-11-25',
    '2026-11-24',
    '2026-11-23',
    '2026-11-22',
    '2026-11-15',
    '2026-11-08',
    '2026-10-31',
    '2026-09-30',
  ]);
  const often = ['2026-11-28T09:00', '2026-11-28T08:00', '2026-11-27T23:59', '2026-11-27T00:00'];
  t.strictSame(keptOf(often.map((at) => made(at))), [often[0], often[2]]);
  const days = { ...limits, backupWeekly: 0, backupMonthly: 0 };
  t.strictSame(findExpired([...nightly(9)].reverse(), days, now), ['2026-11-20', '2026-11-21']);
});

t.test(
  'the newest, the newest proven and those that are marked to keep stay, whatever the limits are',
  async (t) => {
    const backups = nightly(10).map((one, at) => ({
      ...one,
      proof: [3, 5].includes(at) ? ('proven' as const) : ('failed' as const),
      is_kept: at === 8,
    }));
    const least = { backupDaily: 1, backupWeekly: 0, backupMonthly: 0, backupMaxBytes: mebibyte };
    t.strictSame(keptOf(backups, least), ['2026-11-28', '2026-11-25', '2026-11-20']);
  },
);

t.test('a failed one never takes the place of a good one of its day, week or month', async (t) => {
  const failed = { proof: 'failed' } as const;
  const [newest, late, early, old] = [
    made('2026-11-28T02:00'),
    made('2026-11-27T20:00', failed),
    made('2026-11-27T10:00'),
    made('2026-11-20T02:00', failed),
  ];
  t.strictSame(keptOf([newest, late, early, old]), [newest.id, early.id, old.id]);
  const days = { ...limits, backupDaily: 2, backupWeekly: 0, backupMonthly: 0 };
  const [before, week] = nightly(4).slice(2) as [Given, Given];
  t.strictSame(
    keptOf([newest, { ...late, id: 'only' }, before, week], days),
    [newest.id, 'only', before.id],
    'two good days are kept besides',
  );
  t.strictSame(
    keptOf([newest, { ...late, id: 'only' }, before], { ...limits, backupMaxBytes: 2 * mebibyte }),
    [newest.id, before.id],
    'and it is the first to go',
  );
  const updates = [late, early, newest, old, newest].map((one, at) => ({
    ...one,
    id: `before-${at}`,
    kind: 'before_update' as const,
  }));
  t.strictSame(findExpired(updates, limits, now), ['before-3', 'before-0']);
});

t.test('all together have at most so many bytes, the oldest go first', async (t) => {
  t.strictSame(keptOf(nightly(5), { ...limits, backupMaxBytes: 3 * mebibyte }), [
    '2026-11-28',
    '2026-11-27',
    '2026-11-26',
  ]);
  const [newest, ...older] = nightly(5);
  const last = older.at(-1) as Given;
  const backups = [
    { ...(newest as Given), bytes: 9 * mebibyte },
    ...older.slice(0, -1),
    { ...last, is_kept: true },
  ];
  t.strictSame(
    keptOf(backups, { ...limits, backupMaxBytes: 11 * mebibyte }),
    ['2026-11-28', '2026-11-27', '2026-11-24'],
    'those that stay count first',
  );
});

t.test(
  'copies before imports are left to their own limits; of those before updates three are kept',
  async (t) => {
    const imports = nightly(40).map((one) => ({ ...one, kind: 'before_import' as const }));
    const updates = nightly(5).map((one) => ({
      ...one,
      id: `before-${one.id}`,
      kind: 'before_update' as const,
    }));
    t.strictSame(findExpired([...imports, ...updates], limits, now), [
      'before-2026-11-24',
      'before-2026-11-25',
    ]);
    const [oldest, ...others] = updates.toReversed() as [Given, ...Given[]];
    const proven = { ...oldest, proof: 'proven' as const };
    t.strictSame(findExpired([proven, ...others], limits, now), ['before-2026-11-25'], 'the only proven one');
  },
);

t.test(
  'after the clock was set back, the one just made stays, and so do those that are dated later',
  async (t) => {
    const least = { backupDaily: 1, backupWeekly: 0, backupMonthly: 0, backupMaxBytes: mebibyte };
    const backups = nightly(4);
    const [first, second, made, old] = backups;
    const later = [first, second].map((one) => ({ ...(one as Given), proof: 'proven' as const }));
    const given = [...later, made as Given, { ...(old as Given), proof: 'proven' as const }];
    t.strictSame(
      keptOf(given, least, made?.at),
      backups.map(({ id }) => id),
    );
    t.strictSame(keptOf([...given.slice(0, 3), old as Given], least, made?.at), [
      '2026-11-28',
      '2026-11-27',
      '2026-11-26',
    ]);
  },
);

t.test('one that is dated later than now does not hide that the next one is overdue', async (t) => {
  const all = ['2036-11-01', '2026-11-27'].map((at) => made(at) as Backup);
  const check = backupsCheck({
    config: readConfig({ CHL_EXPERIENCE_ROOT: makeFolder(t) }, '/'),
    readBackups: async () => all,
    vanished: () => [],
    unused: () => [],
    schedules: { all: () => [{ ...newYear, name: 'nightly', operation: 'backup', cron: '0 2 * * *' }] },
    hasEntries: () => true,
    firstStart: () => null,
    now: () => new Date('2026-11-29T02:00:00.000Z'),
  });
  const { says, found } = await check.look();
  t.match(says, '2 sets, newest 2026-11-27 02:00 UTC');
  t.match(
    found.find(({ subject }) => subject === 'overdue'),
    { since: '2026-11-28T02:00:00.000Z', text: /The newest is of 2026-11-27 02:00 UTC/ },
  );
});
