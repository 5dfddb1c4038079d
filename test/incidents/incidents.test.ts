// Incidents by hand: guarded moves, a timeline to which entries are only added, due times, action items, figures, the check.
import t from 'tap';
import { hourMs, minuteMs, startIncidents, trouble } from '../support/incidents.ts';
import { operator } from '../support/engine.ts';
import { makeFolder } from '../support/folder.ts';
import { backupsCheck } from '../../src/backups/backups-check.ts';
import { readConfig } from '../../src/core/config.ts';
import { incidentsCheck } from '../../src/incidents/incidents-check.ts';
import { listIncidents } from '../../src/incidents/listing.ts';
import { describeIncidents } from '../../src/incidents/hub-row.ts';

const wanted = { title: 'Imports fail', severity: 2 };
const resolution = 'The key was renewed.';
const because = (reason: string) => ({ ...operator, reason });

t.test('each move is possible in its states only, and leaves an entry and an audit row', async (t) => {
  const { incidents, repository, timeline, audited, clock } = startIncidents(t);
  const { number } = await incidents.open(wanted, operator);
  await t.rejects(incidents.reopen(number, because('it is back')), { code: 'wrong_state' });
  clock.ms += 10 * minuteMs;
  await incidents.mitigate(number, operator);
  await t.rejects(incidents.mitigate(number, operator), {
    code: 'wrong_state',
    message: /Incident #1 is mitigated\./,
    details: { number: 1, status: 'mitigated' },
  });
  await t.rejects(incidents.close(number, 'short', operator), { code: 'invalid_arguments' });
  await incidents.close(number, resolution, operator);
  t.match(repository.get(number), { status: 'closed', resolution, closed_at: String });
  await t.rejects(incidents.close(number, resolution, operator), { code: 'wrong_state' });
  await t.rejects(incidents.reopen(number, because('no')), { code: 'confirmation_required' });
  await incidents.reopen(number, because('it is back'));
  t.match(repository.get(number), { status: 'open', mitigated_at: null, closed_at: null });
  await incidents.close(number, resolution, operator);
  t.equal(repository.get(number).mitigated_at, repository.get(number).closed_at, 'its end is its mitigation');
  await t.rejects(incidents.mitigate(99, operator), { code: 'not_found' });

  t.same(timeline(number), ['Incident opened', 'Mitigated', 'Closed', 'Incident opened again', 'Closed']);
  const rows = audited();
  t.same(
    rows.filter(({ outcome }) => outcome === 'ok').map(({ event, transition }) => [event, transition]),
    [
      ['incident.opened', 'first'],
      ['incident.mitigated', 'recovered'],
      ['incident.closed', 'recovered'],
      ['incident.reopened', 'again'],
      ['incident.closed', 'recovered'],
    ],
  );
  t.equal(rows.filter(({ outcome }) => outcome === 'refused').length, 6, 'each refusal has a row');
});

t.test('the system does not undo what a person has opened after all was clear', async (t) => {
  const { find, findings, pass, states, timeline, incidents } = startIncidents(t);
  find('index', trouble());
  await pass(7);
  find('index');
  await pass(17);
  t.same(states(), ['1 mitigated: Trouble with a']);
  await incidents.reopen(1, because('users still see errors'));
  await pass(30);
  t.same(states(), ['1 open: Trouble with a']);
  find('index', trouble());
  await pass(2);
  find('index');
  await pass(16);
  t.same(states(), ['1 open: Trouble with a']);
  await pass(1);
  t.same(states(), ['1 mitigated: Trouble with a'], 'it was back, and is clear again for 15 min');

  find('queue', trouble({ subject: 'b' }));
  await pass(3);
  find('queue');
  await pass(20);
  const id = findings.all().find(({ subject }) => subject === 'b')?.id;
  await incidents.open({ title: 'Users see errors', source_ref: `finding:${id}` }, operator);
  await pass(30);
  t.equal(states()[1], '2 open: Users see errors', 'opened from a finding that was clear');
  t.same(timeline(2), ['Finding opened', 'Incident opened', 'Finding cleared']);
});

t.test('a backup that fails its test opens one incident of severity 2', async (t) => {
  const { find, pass, states, clock, repository } = startIncidents(t);
  const at = new Date(clock.ms).toISOString();
  const config = readConfig({}, makeFolder(t));
  const proof_text = 'chl.db is not the file that was saved.';
  const backup = {
    id: '20261129-120000-7',
    job: 7,
    at,
    kind: 'full',
    bytes: 1,
    sha256: '0',
    note: null,
  } as const;
  const proof = { proof: 'failed', proof_job: 8, proof_at: at, proof_text, proof_steps: [] } as const;
  const check = backupsCheck({
    config,
    readBackups: async () => [{ ...backup, ...proof, proof_steps: [], is_kept: false, gone_at: null }],
    vanished: () => [],
    unused: () => [],
    schedules: { all: () => [] },
    hasEntries: () => true,
    firstStart: () => at,
    now: () => new Date(clock.ms),
  });
  find('backups', ...(await check.look()).found);
  await pass(20);
  t.same(states(), ['1 open: A backup failed its test']);
  t.match(repository.get(1), { severity: 2, source: 'finding' });
});

t.test('entries are never changed or removed', async (t) => {
  const { incidents, ops } = startIncidents(t);
  await incidents.open(wanted, operator);
  t.throws(() => ops.exec(`UPDATE incident_entry SET text = 'other'`), /never changed/);
  t.throws(() => ops.exec('DELETE FROM incident_entry'), /never removed/);
});

t.test('the due time goes by the severity, from the opening on', async (t) => {
  const { incidents, repository, clock, timeline } = startIncidents(t);
  const after = (number: number) => {
    const { due_at, opened_at } = repository.get(number);
    return (Date.parse(due_at) - Date.parse(opened_at)) / hourMs;
  };
  for (const severity of [1, 2, 3, 4]) await incidents.open({ title: 'One', severity }, operator);
  t.same([1, 2, 3, 4].map(after), [1, 4, 24, 168]);
  clock.ms += 30 * minuteMs;
  await incidents.edit(4, { severity: 1 }, because('it grows'));
  t.equal(after(4), 1);
  t.same(timeline(4), ['Incident opened', 'Severity changed']);
});

t.test('details: all problems at once, and no edit is lost', async (t) => {
  const { incidents, repository } = startIncidents(t);
  const long = 'x'.repeat(121);
  const bad = {
    title: long,
    severity: 9,
    services: ['y'.repeat(61)],
    runbook: 'none',
    summary: 'x'.repeat(4001),
  };
  await t.rejects(incidents.open(bad, operator), {
    code: 'invalid_arguments',
    details: {
      problems: ['title', 'severity', 'summary', 'services', 'runbook'].map((field) => ({ field })),
    },
  });
  await incidents.open({ ...wanted, services: ['a, b', 'a'], tags: [' c '], runbook: 'restore' }, operator);
  t.match(repository.get(1), { services: ['a', 'b'], tags: ['c'], runbook: 'restore', owner: null });
  await incidents.edit(1, { owner: 'anna' }, operator, { shown: { owner: '' } });
  await t.rejects(incidents.edit(1, { owner: 'ben' }, operator, { shown: { owner: '' } }), {
    code: 'edit_conflict',
    message: /Changed by .* to anna; yours is ben/,
  });
  await incidents
    .edit(1, { title: 'Other', owner: '' }, operator, { shown: { title: 'Imports fail', owner: '' } })
    .catch(() => {});
  t.match(repository.get(1), { title: 'Imports fail', owner: 'anna' }, 'all or nothing');
  await t.rejects(incidents.edit(1, { title: 'x' }, operator, { ifMatch: '"other"' }), {
    code: 'edit_conflict',
  });
});

t.test('a cause has one incident at a time', async (t) => {
  const { incidents, repository, findings, find, pass } = startIncidents(t);
  find('index', trouble({ severity: 'warning' }));
  await pass(1);
  await t.rejects(
    incidents.open({ ...wanted, source_ref: 'finding:9' }, operator),
    /There is no finding 9|no finding/,
  );
  await t.rejects(incidents.open({ ...wanted, source_ref: 'else' }, operator), { code: 'invalid_arguments' });
  await incidents.open({ ...wanted, source_ref: 'finding:1' }, operator);
  t.equal(findings.find(1)?.incident, 1, 'linked both ways');
  await t.rejects(incidents.open({ ...wanted, source_ref: 'finding:1' }, operator), {
    code: 'wrong_state',
    details: { number: 1 },
  });
  find('index');
  await pass(18);
  t.equal(repository.get(1).status, 'mitigated', 'by the system, once its finding is clear');
  await incidents.close(1, resolution, operator);
  await incidents.open({ ...wanted, source_ref: 'finding:1' }, operator);
  t.match(repository.entries(2).at(-1)?.text, 'Seen before: incident #1.');
});

t.test('action items', async (t) => {
  const { incidents, items, clock, lists, checklistRepository, overview } = startIncidents(t);
  await incidents.open(wanted, operator);
  await t.rejects(items.add(1, { text: ' ', due: '2026-02-30' }, operator), {
    code: 'invalid_arguments',
    details: { problems: [{ field: 'text' }, { field: 'due' }] },
  });
  await items.add(1, { text: 'Renew keys', owner: 'anna', due: '2026-11-30' }, operator);
  await items.add(1, { text: 'Write it down' }, operator);
  await items.set(1, 2, { state: 'done', note: null }, operator);
  await t.rejects(items.set(1, 2, { state: 'done', note: null }, operator), { code: 'wrong_state' });
  await t.rejects(items.set(1, 3, { state: 'done', note: null }, operator), { code: 'not_found' });
  const check = incidentsCheck({ lists, checklistRepository, now: () => new Date(clock.ms) });
  t.same((await check.look()).found, []);
  clock.ms += 48 * hourMs;
  t.match((await check.look()).found, [
    { subject: 'incident-1', severity: 'warning', title: 'Incident #1 is not mitigated in time' },
    {
      subject: 'incident-1-item-1',
      severity: 'info',
      text: /“Renew keys”. anna was to do it by 30 Nov 2026/,
    },
  ]);
  const words = '1 open, the worst of severity 2. 1 beyond the due time. 1 action item open, 1 overdue.';
  t.equal(describeIncidents(overview.read()), words);
  await incidents.mitigate(1, operator);
  await items.set(1, 1, { state: 'skipped', note: 'no longer needed' }, operator);
  t.same((await check.look()).found, []);
});

t.test('the list: active ones by severity, then closed ones, in pages', async (t) => {
  const { incidents, lists, overview, clock } = startIncidents(t);
  for (const severity of [3, 1, 2, 1, 4]) {
    await incidents.open(
      { title: `Trouble 100% ${severity}`, severity, services: ['index'], tags: ['x'] },
      operator,
    );
    clock.ms += minuteMs;
  }
  await incidents.mitigate(2, operator);
  await incidents.close(1, resolution, operator);
  await incidents.close(5, 'Another resolution.', operator);
  const numbers = (choice: object, limit = 50, cursor?: string) =>
    listIncidents(lists, { status: 'all', ...choice }, limit, cursor).incidents.map(({ number }) => number);
  t.same(numbers({}), [4, 2, 3, 5, 1]);
  const paged: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = listIncidents(lists, { status: 'all' }, 2, cursor);
    paged.push(...page.incidents.map(({ number }) => number));
    cursor = page.next;
  }
  t.same(paged, [4, 2, 3, 5, 1]);
  t.same(numbers({ status: 'active', severity: 1 }), [4, 2]);
  t.same(numbers({ q: 'another RESOLUTION' }), [5]);
  t.same(numbers({ q: '100%', service: 'index', tag: 'x', status: 'mitigated' }), [2]);
  t.same(numbers({ service: 'inde' }), []);
  t.throws(() => numbers({}, 2, 'junk'), { code: 'invalid_arguments' });

  const { figures, ...counts } = overview.read();
  t.match(counts, { open: 2, mitigated: 1, closed: 2, worst: 1 });
  t.equal(figures[0]?.figures.count, 5);
  t.equal(figures[0]?.figures.mitigated, 3);
  const minutes = [4, 5, 1].map((took) => took * minuteMs);
  t.ok(Math.abs((figures[0]?.figures.meanMs ?? 0) - minutes.reduce((one, two) => one + two) / 3) < 100);
});

t.test('the mean of nothing is no number', (t) => {
  const { overview } = startIncidents(t);
  t.match(overview.read().figures[0], { figures: { count: 0, meanMs: null, mitigated: 0, missed: 0 } });
  t.equal(describeIncidents(overview.read()), 'No incident yet.');
  t.end();
});

t.test('a post-mortem has the timeline filled in, and is started once', async (t) => {
  const { incidents, items, postMortems, documents, timeline } = startIncidents(t);
  await incidents.open({ ...wanted, title: 'Imports *fail*' }, operator);
  await incidents.addEntry(1, { kind: 'note', text: 'Looking.\n# not a heading' }, operator);
  await items.add(1, { text: 'Renew keys' }, operator);
  await incidents.close(1, resolution, operator);
  t.equal(await postMortems.start(1, operator), true);
  t.equal(await postMortems.start(1, operator), false);
  const { title, body } = documents.find({ kind: 'post_mortem', slug: 'incident-1' });
  t.equal(title, 'Post-mortem of incident #1: Imports *fail*');
  for (const part of [
    '## Timeline',
    '**Incident opened**',
    '\\# not a heading',
    '- [ ] Renew keys',
    resolution,
  ])
    t.ok(body.includes(part), part);
  t.equal(timeline(1).at(-1), 'Post-mortem started');
});
