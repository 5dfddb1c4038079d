import t from 'tap';
import type { AppError } from '../../src/core/errors.ts';
import { importOperation } from '../../src/sheets/import-operation.ts';
import { removeOperation } from '../../src/removal/remove-operation.ts';
import { undoOperation } from '../../src/undo/undo-operation.ts';
import { machineZone } from '../../src/schedule-store/cron.ts';
import { textsOf } from '../../src/schedules/schedule-texts.ts';
import { operator } from '../support/engine.ts';
import { defineDestructive, defineOperation } from '../support/operations.ts';
import { startScheduling } from '../support/schedules.ts';

const person = { ...operator, role: 'operator' } as const;
const confirmed = { reason: 'the weekly clean-up', confirm: 'wipe' };

async function refusal(work: Promise<unknown>) {
  const error = (await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )) as AppError | null;
  const problems = (error?.details?.problems ?? []) as { field: string; message: string }[];
  return { code: error?.code, message: error?.message, fields: problems.map(({ field }) => field), problems };
}

t.test('a schedule is added with defaults, and changed member by member', async (t) => {
  const { edits, clock, engine } = startScheduling(t);
  const added = await edits.put('nightly', { operation: 'chore', cron: ' 0 2 * * * ' }, operator);
  t.match(added, {
    isNew: true,
    schedule: {
      args: {},
      cron: '0 2 * * *',
      zone: machineZone(),
      is_on: true,
      missed: 'once',
      overlap: 'skip',
      due_since: clock.now().toISOString(),
      created_by: 'operator',
    },
  });
  clock.pass(5);
  const changed = await edits.put('nightly', { overlap: 'wait' }, { ...operator, actor: 'ada' });
  t.match(changed, {
    isNew: false,
    schedule: {
      ...added.schedule,
      overlap: 'wait',
      changed_by: 'ada',
      changed_at: clock.now().toISOString(),
    },
  });
  const elsewhere = added.schedule.zone === 'Europe/Berlin' ? 'UTC' : 'Europe/Berlin';
  const moved = await edits.put('nightly', { zone: elsewhere }, operator);
  t.equal(
    moved.schedule.due_since,
    clock.now().toISOString(),
    'another zone owes nothing for the time before',
  );
  const rows = engine.auditRows('schedule:nightly');
  t.same(
    rows.map(({ event }) => event),
    ['schedule.changed', 'schedule.changed', 'schedule.changed'],
  );
  t.match(JSON.parse(rows[1]?.detail ?? ''), { before: { overlap: 'skip' }, after: { overlap: 'wait' } });
  t.notMatch(rows[1]?.detail ?? '', /due_since|changed_at/, 'its bookkeeping is no change');
});

t.test('all problems are reported at once, each with its field', async (t) => {
  const { edits, schedules, engine } = startScheduling(t);
  const wrong = { cron: '0 26 * * *', zone: 'Mars', missed: 'never', overlap: 'both' };
  const bad = { operation: 'chore', args: { text: 3, other: 1 }, ...wrong };
  const { code, fields, problems } = await refusal(edits.put('Bad name', bad, operator));
  t.equal(code, 'invalid_arguments');
  t.same(fields, ['name', 'args.other', 'args.text', 'cron', 'zone', 'missed', 'overlap']);
  t.match(problems[3], { message: 'Hour is 26; it goes from 0 to 23.' });
  t.same((await refusal(edits.put('x', {}, operator))).fields, ['operation', 'cron']);
  const unknown = await refusal(edits.put('x', { operation: 'vanished', cron: '0 2 * * *' }, operator));
  t.match(unknown.problems, [{ field: 'operation', message: 'There is no operation "vanished".' }]);
  t.same(schedules.all(), []);
  t.match(engine.auditRows('schedule:Bad name'), [{ event: 'schedule.changed', outcome: 'refused' }]);
});

t.test('a destructive run needs an admin, a reason and the word, once', async (t) => {
  const { put, edits, engine } = startScheduling(t, { operations: [defineDestructive()] });
  const wipe = { operation: 'wipe' };
  t.match(await refusal(put('weekly', wipe)), {
    code: 'confirmation_required',
    fields: ['reason', 'confirm'],
  });
  t.match(await refusal(put('weekly', { ...wipe, cron: 'x' })), {
    code: 'invalid_arguments',
    fields: ['cron', 'reason', 'confirm'],
  });
  const given = { ...wipe, cron: '* * * * *', ...confirmed };
  t.match(await refusal(edits.put('weekly', given, person)), { code: 'forbidden' });
  await put('weekly', { ...wipe, ...confirmed });
  const later = await edits.put('weekly', { cron: '0 3 * * *' }, operator);
  t.match(later, { schedule: confirmed }, 'a new time needs no word');
  t.match(await refusal(edits.put('weekly', { args: { text: 'all' } }, operator)), { fields: ['confirm'] });
  t.match(await refusal(edits.runNow('weekly', operator)), { code: 'confirmation_required' });
  t.match(await refusal(edits.runNow('weekly', person, confirmed)), { code: 'forbidden' });
  t.match(await edits.runNow('weekly', operator, confirmed), { schedule: 'weekly', number: 1 });
  t.match(engine.auditRows('schedule:weekly').at(-1), { event: 'schedule.run', outcome: 'ok' });
});

t.test('a stored confirmation is sent with each run', async (t) => {
  const { put, ticker, ticks, clock, engine } = startScheduling(t, { operations: [defineDestructive()] });
  await put('weekly', { operation: 'wipe', ...confirmed });
  clock.pass(1);
  await ticker.runOnce();
  t.same(ticks('weekly'), ['12:01 started #1']);
  t.match(engine.repository.find('1'), { reason: confirmed.reason });
});

t.test('what a person must see first cannot be scheduled', async (t) => {
  const { put } = startScheduling(t, { operations: [importOperation, removeOperation, undoOperation] });
  const word = (confirm: string) => ({ reason: 'every night', confirm });
  const large = { operation: 'import', args: { mode: 'replace', allow_removals: true }, ...word('import') };
  t.match(await refusal(put('nightly', large)), {
    problems: [{ field: 'args.allow_removals', message: /may not remove more than 20%/ }],
  });
  t.match(await put('nightly', { ...large, args: { mode: 'replace' } }), { isNew: true }, 'with the guard');
  t.match(await put('merge', { operation: 'import', args: { mode: 'merge', allow_removals: true } }), {
    isNew: true,
  });
  t.match(await refusal(put('planned', { operation: 'import', args: { mode: 'merge', plan: 'x' } })), {
    problems: [{ field: 'args.plan', message: /input of one run/ }],
  });
  t.match(await refusal(put('undo', { operation: 'undo', args: { job: '1' }, ...word('undo') })), {
    problems: [{ field: 'operation', message: /names one job/ }],
  });
  const category = { operation: 'remove', args: { category: 'GIT' }, ...word('remove') };
  t.match((await refusal(put('remove', category))).code, 'invalid_arguments');
});

t.test('two who change the same schedule both see it', async (t) => {
  const { put, edits } = startScheduling(t);
  const { schedule } = await put('nightly', { cron: '0 2 * * *' });
  const shown = textsOf(schedule);
  await edits.put('nightly', { cron: '0 3 * * *' }, { ...operator, actor: 'ada' });
  const late = await refusal(edits.put('nightly', { cron: '0 4 * * *' }, operator, { shown }));
  t.match(late, { code: 'edit_conflict', fields: ['cron'], message: /ada/ });
  t.match(await refusal(edits.put('nightly', {}, operator, { mustBeNew: true })), { fields: ['name'] });
});

t.test('a schedule is switched, removed and run by hand', async (t) => {
  const { put, edits, schedules, clock, engine } = startScheduling(t);
  await put('nightly');
  clock.pass(1);
  t.match(await edits.switch('nightly', false, operator, 'the disk is full'), { is_on: false });
  t.match(engine.auditRows('schedule:nightly').at(-1), { reason: 'the disk is full' });
  const off = schedules.find('nightly');
  const rows = engine.auditRows('schedule:nightly').length;
  t.same(await edits.switch('nightly', false, operator), off, 'it is off already');
  t.equal(engine.auditRows('schedule:nightly').length, rows);
  clock.pass(1);
  t.match(await edits.switch('nightly', true, operator), {
    is_on: true,
    due_since: clock.now().toISOString(),
  });
  t.not(off?.due_since, clock.now().toISOString());
  t.match(await edits.runNow('nightly', person), { requested_by: 'operator', schedule: 'nightly' });
  t.match(await refusal(edits.runNow('nightly', person)), { code: 'operation_locked' }, 'its run is ahead');
  await edits.remove('nightly', operator);
  t.equal(schedules.find('nightly'), null);
  const missing = [
    edits.remove('nightly', operator),
    edits.switch('nightly', true, operator),
    edits.runNow('nightly', operator),
  ];
  for (const call of missing) t.match(await refusal(call), { code: 'not_found' });
});

t.test('there are at most a hundred', async (t) => {
  const { put } = startScheduling(t, { operations: [defineOperation()] });
  for (let number = 0; number < 100; number += 1) await put(`s-${number}`);
  t.match(await refusal(put('one-more')), { code: 'wrong_state', message: /There are 100 schedules/ });
  t.match(await put('s-7', { overlap: 'wait' }), { isNew: false });
});
