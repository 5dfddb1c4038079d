// Findings open, change, clear and come back; table and audit show it. Time is passed in.
import path from 'node:path';
import t, { type Test } from 'tap';
import { createChecker } from '../../src/checks/checker.ts';
import { createFindingRepository } from '../../src/checks/finding-repository.ts';
import { createFindings } from '../../src/checks/findings.ts';
import { createMutes } from '../../src/checks/mutes.ts';
import { createAudit } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import type { Check, Found } from '../../src/core/check.ts';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { operator } from '../support/engine.ts';
import { makeFolder } from '../support/folder.ts';

const found: Found = {
  subject: 'a',
  severity: 'warning',
  title: 'It is broken',
  text: 'Mend it.',
  stops: [],
};
const minuteMs = 60_000;
const redactor = createRedactor(readConfig({}, '/nowhere'));

/** One check that finds what `state.found` says; `pass` moves the clocks. */
function start(t: Test, about: Partial<Check> = {}, more: Check[] = []) {
  const ops = prepareOps(path.join(makeFolder(t), 'ops.db'));
  t.teardown(() => ops.close());
  let ms = Date.parse('2026-11-29T12:00:00.000Z');
  const now = () => new Date(ms);
  const state: { found: Found[]; look: (() => Promise<never>) | null } = { found: [], look: null };
  const check: Check = {
    id: 'probe',
    component: 'server',
    everySec: 10,
    dirtyOn: ['library'],
    look: () => state.look?.() ?? { says: 'well', found: state.found },
    ...about,
  };
  const bus = createBus();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const audit = createAudit(ops, now, redactor, bus, onError);
  const repository = createFindingRepository(ops);
  const findings = createFindings({ repository, audit, bus, now, onError, windowUnderWay: () => null });
  const steadyNow = () => ms;
  const checker = createChecker({
    checks: () => [check, ...more],
    findings,
    bus,
    now,
    steadyNow,
    lookMaxMs: 30,
    clean: (one) => JSON.parse(JSON.stringify(one).replaceAll('canary', '…')),
    onError,
  });
  return {
    ops,
    state,
    bus,
    errors,
    checker,
    findings,
    mutes: createMutes({ findings, audit, untilFree: async (work) => work(), now }),
    pass(by: number) {
      ms += by;
    },
    async look(...found: Found[]) {
      state.found = found;
      await checker.runOnce();
      return findings.open().map(({ title }) => title);
    },
    rows: () => ops.prepare('SELECT * FROM finding').all() as Record<string, any>[],
    moves: () =>
      ops
        .prepare(`SELECT event, detail FROM audit WHERE event LIKE 'finding.%' ORDER BY id`)
        .all()
        .map((row) => {
          const { event, detail } = row as { event: string; detail: string };
          return `${event.slice('finding.'.length)} ${JSON.parse(detail).transition ?? ''}`.trim();
        }),
  };
}

t.test('a state opens at the first look, and clears after two good ones', async (t) => {
  const { look, rows, moves, pass } = start(t);
  t.same(await look({ ...found, text: 'Mend it, canary.' }), ['It is broken']);
  t.match(rows(), [{ text: 'Mend it, ….' }], 'secrets are not kept');
  const fix = { href: '/sources#canary', label: 'Open canary' };
  await look({ ...found, stops: ['canary'], fix });
  t.match(rows(), [{ stops: '["…"]', fix: /^((?!canary).)*$/ }], 'nowhere');
  await look(found);
  t.match(rows(), [{ opened_at: '2026-11-29T12:00:00.000Z', cleared_at: null, times: 1, stops: '[]' }]);
  pass(1000);
  t.same(await look(), ['It is broken'], 'one good look');
  t.same(await look(found), ['It is broken'], 'bad again: the good ones are counted anew');
  t.same(await look(), ['It is broken']);
  t.same(await look(), []);
  t.match(rows(), [{ cleared_at: '2026-11-29T12:00:01.000Z', times: 1 }]);
  t.same(moves(), ['opened first', 'cleared recovered']);
});

t.test('a threshold opens at the second look in a row', async (t) => {
  const { look } = start(t, { opensAt: 'second' });
  t.same(await look(found), []);
  t.same(await look(), []);
  t.same(await look(found), []);
  t.same(await look(found), ['It is broken']);
});

t.test('back within 15 minutes it is the same finding again; later it is a first one', async (t) => {
  const { look, rows, moves, pass } = start(t);
  const clear = async () => {
    await look();
    await look();
  };
  await look(found);
  await clear();
  pass(14 * minuteMs);
  await look(found);
  t.match(rows(), [{ opened_at: '2026-11-29T12:00:00.000Z', times: 2, cleared_at: null }]);
  await clear();
  pass(15 * minuteMs);
  await look(found);
  t.match(rows(), [{ opened_at: '2026-11-29T12:29:00.000Z', times: 3 }], 'still one row');
  t.same(moves(), ['opened first', 'cleared recovered', 'opened again', 'cleared recovered', 'opened first']);
});

t.test('a finding that comes and goes all the time does not fill the audit', async (t) => {
  const { look, moves, rows, pass } = start(t);
  for (let flap = 0; flap < 50; flap++) {
    await look(found);
    await look();
    await look();
  }
  t.equal(moves().length, 8, 'four openings an hour, each with its end');
  await look(found);
  pass(61 * minuteMs);
  await look(found);
  t.equal(moves().at(-1), 'opened again', 'the audit learns at last that it is open');
  t.match(rows(), [{ times: 51 }]);
});

t.test('a finding that is open keeps its start, unless an earlier one is known', async (t) => {
  const { look, rows } = start(t);
  const since = (time: string) => `2026-11-29T${time}:00.000Z`;
  for (const [given, opened_at] of [
    ['11:50', '11:50'],
    ['11:58', '11:50'],
    ['11:40', '11:40'],
  ]) {
    await look({ ...found, since: since(given as string) });
    t.match(rows(), [{ opened_at: since(opened_at as string) }]);
  }
});

t.test('an unchanged finding is written at most once a minute', async (t) => {
  const { look, ops, pass } = start(t);
  await look(found);
  const changes = () => ops.prepare('SELECT total_changes()').pluck().get();
  const before = changes();
  for (let second = 0; second < 59; second++) {
    pass(1000);
    await look(found);
  }
  t.equal(changes(), before);
  pass(1000);
  await look(found);
  t.not(changes(), before);
});

t.test('a mute outlasts three flaps and ends with its time', async (t) => {
  const { look, mutes, findings, rows, moves, ops, pass, bus } = start(t);
  await look(found);
  await mutes.mute(1, '1h', { ...operator, reason: 'known' });
  for (let flap = 0; flap < 3; flap++) {
    await look();
    await look();
    await look(found);
    t.match(findings.open(), [
      { muted_until: '2026-11-29T13:00:00.000Z', muted_by: 'operator', mute_reason: 'known' },
    ]);
  }
  t.match(rows(), [{ times: 4, muted_until: '2026-11-29T13:00:00.000Z' }]);
  const told = ops.prepare(
    `SELECT detail ->> 'muted' FROM audit WHERE event IN ('finding.opened', 'finding.cleared') ORDER BY id`,
  );
  t.strictSame([...new Set(told.pluck().all())], [null, 1], 'rows while it is muted say so');
  t.equal(moves().filter((move) => move === 'opened first').length, 1, 'one notice');
  let emitted = 0;
  bus.on('findings', () => (emitted += 1));
  pass(60 * minuteMs);
  findings.endMutes();
  t.match(rows(), [{ muted_until: null, muted_by: null, mute_reason: null }]);
  t.equal(emitted, 1, 'banners learn of it');
});

t.test('a mute until it changes ends when severity or title change, not the text', async (t) => {
  const { look, mutes, findings } = start(t);
  await look(found);
  await mutes.mute(1, 'change', operator);
  await look({ ...found, text: 'Mend it soon.' });
  t.match(findings.open(), [{ muted_until: 'change', text: 'Mend it soon.' }]);
  await look({ ...found, severity: 'error' });
  t.match(findings.open(), [{ muted_until: null, severity: 'error' }]);
  await mutes.mute(1, 'change', operator);
  await look();
  await look();
  await look({ ...found, severity: 'error', title: 'It is worse' });
  t.match(findings.open(), [{ muted_until: null, title: 'It is worse' }]);
});

t.test('a look that fails or hangs is a finding, and the others go on', async (t) => {
  const other: Check = {
    id: 'other',
    component: 'disk',
    everySec: 10,
    look: () => ({ says: '', found: [{ ...found, title: 'Other' }] }),
  };
  const { state, checker, findings, look } = start(t, {}, [other]);
  await look(found);
  state.look = () => Promise.reject(new Error('It fell over.'));
  await checker.runOnce();
  t.same(
    findings.open().map(({ title, text }) => [title, text]),
    [
      ['Probe: could not be checked', 'It fell over. The other checks go on.'],
      ['It is broken', 'Mend it.'],
      ['Other', 'Mend it.'],
    ],
  );
  // The limit of a look does not keep a process alive.
  const alive = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(alive));
  state.look = () => new Promise(() => {});
  await checker.runOnce();
  t.match(findings.open()[0], { text: /took longer than 0\.03 s/ });
  state.look = null;
  await checker.runOnce();
  t.match(findings.open()[0], { text: /has not ended yet/ }, 'a stuck look is not started twice');
});

t.test('after one of its events a check looks again, at most once a second', async (t) => {
  let looks = 0;
  const { bus, checker, pass } = start(t, {
    look() {
      looks += 1;
      return { says: '', found: [] };
    },
  });
  await checker.start();
  t.teardown(checker.stop);
  t.equal(looks, 1);
  const emit = async () => {
    bus.emit('library');
    await new Promise((resolve) => setImmediate(resolve));
  };
  await emit();
  t.equal(looks, 1, 'too soon');
  pass(1000);
  await emit();
  t.equal(looks, 2);
  await emit();
  await checker.refresh();
  t.equal(looks, 3, 'a page that is read does not wait');
});

t.test('what cannot be saved counts all the same, and is saved later', async (t) => {
  const { look, ops, errors, rows, findings } = start(t);
  const writer = openDatabase(ops.name, { busyMs: 10 });
  t.teardown(() => writer.close());
  writer.exec('BEGIN IMMEDIATE');
  t.same(await look(found), ['It is broken']);
  await look(found);
  t.equal(errors.length, 1, 'reported once');
  t.match(findings.open(), [{ id: null }]);
  writer.exec('ROLLBACK');
  t.same(rows(), []);
  await look(found);
  t.match(rows(), [{ id: 1, title: 'It is broken' }]);
  t.match(findings.open(), [{ id: 1 }]);
});

t.test('the next server knows the findings, and clears those of checks that it lacks', async (t) => {
  const { ops, look, rows } = start(t);
  await look(found);
  const audit = createAudit(
    ops,
    () => new Date(),
    redactor,
    createBus(),
    () => {},
  );
  const again = createFindings({
    repository: createFindingRepository(ops),
    audit,
    bus: createBus(),
    now: () => new Date(),
    windowUnderWay: () => null,
    onError() {},
  });
  t.match(again.open(), [{ id: 1, title: 'It is broken' }]);
  again.clearOthers(['probe']);
  t.equal(again.open().length, 1);
  again.clearOthers(['another']);
  t.same(again.open(), []);
  t.ok(rows()[0]?.cleared_at);
});

t.test('of a thousand cleared findings and more, those that cleared first are forgotten', async (t) => {
  const { look, rows, findings, pass } = start(t);
  await look(...Array.from({ length: 1010 }, (_, at) => ({ ...found, subject: `early ${at}` })));
  await look();
  await look(found);
  t.equal(rows().length, 1001, 'the open one, and a thousand');
  t.equal(findings.all().length, 1001);
  pass(1000);
  await look();
  await look();
  t.match(rows().at(-1), { subject: 'a', cleared_at: '2026-11-29T12:00:01.000Z' });
  t.equal(rows().length, 1000);
});

t.test('a cleared finding that is muted is never forgotten', async (t) => {
  const { look, rows, mutes } = start(t);
  await look(found);
  await mutes.mute(1, '1d', operator);
  await look();
  await look();
  await look(...Array.from({ length: 1010 }, (_, at) => ({ ...found, subject: `late ${at}` })));
  await look();
  await look();
  t.equal(rows().length, 1001);
  t.match(rows()[0], { subject: 'a', muted_by: 'operator' });
});
