// Incidents at their limits: long texts, long timelines, many incidents, characters that cannot be seen, a clock that goes back.
import t from 'tap';
import { operator } from '../support/engine.ts';
import { minuteMs, startIncidents } from '../support/incidents.ts';
import { createIncidentRepository } from '../../src/incident-store/incident-repository.ts';
import { wordOf } from '../../src/incidents/entry-words.ts';
import { listIncidents } from '../../src/incidents/listing.ts';
import { createPostMortems } from '../../src/incidents/post-mortem.ts';

const wanted = { title: 'Imports fail', severity: 2 };
const resolution = 'The key was renewed.';
const key = { kind: 'post_mortem', slug: 'incident-1' } as const;
const started = 'Post-mortem started';

t.test('a post-mortem fits into its document, whatever the incident is like', async (t) => {
  const { incidents, items, postMortems, documents, repository } = startIncidents(t);
  const long = (length: number) => [...'*🙂'.repeat(length)].slice(0, length).join('');
  const tags = ['t'.repeat(60), 'short'];
  await incidents.open(
    { ...wanted, title: 't'.repeat(120), summary: long(2600), tags, owner: 'o'.repeat(80) },
    operator,
  );
  for (let at = 0; at < 100; at++) await items.add(1, { text: long(500) }, operator);
  for (let at = 0; at < 30; at++) await incidents.addEntry(1, { kind: 'note', text: long(2600) }, operator);
  await incidents.close(1, long(2600), operator);
  // Another feature may write such characters.
  repository.addEntry(1, {
    at: '2026-11-29T12:00:00.000Z',
    actor: 'x',
    kind: 'job',
    text: 'A\0\ud800',
    ref: null,
  });
  t.equal(await postMortems.start(1, operator), true);
  const document = documents.find(key);
  t.equal([...document.title].length, 120);
  t.match(document.title, /^Post-mortem of incident #1: t+…$/);
  t.same(document.tags, [`${'t'.repeat(39)}…`, 'short']);
  t.ok(Buffer.byteLength(document.body) <= 64 * 1024);
  t.match(document.body, /- … \d+ older entries are in the incident\n- /);
  t.match(document.body, /- … \d+ more are in the incident/);
  t.match(document.body, '## What went well');
});

t.test('a post-mortem that fails leaves the closing, says why, and can be started later', async (t) => {
  const all = startIncidents(t);
  const { incidents, postMortems, timeline, audited } = all;
  await incidents.open(wanted, operator);
  await t.rejects(postMortems.startLate(1, operator), { code: 'wrong_state', message: /#1 is open/ });
  await incidents.close(1, resolution, operator);
  const fails = { save: () => Promise.reject(new Error('disk I/O error')) };
  const given = { ...all, documents: fails, onError: () => {} };
  t.match(await createPostMortems(given).tryStart(1, operator), {
    isNew: false,
    problem: 'The post-mortem was not started. The log of the server has the reason.',
  });
  await postMortems.startLate(1, operator);
  t.equal(timeline(1).at(-1), started);
  await t.rejects(postMortems.startLate(1, operator), { code: 'wrong_state', message: /already/ });
  await t.rejects(postMortems.startLate(9, operator), { code: 'not_found' });
  t.equal(audited().filter(({ outcome }) => outcome === 'refused').length, 3);
});

t.test('a post-mortem whose entry is missing gets it', async (t) => {
  const { incidents, postMortems, documents, timeline, ops, repository } = startIncidents(t);
  await incidents.open(wanted, operator);
  await incidents.close(1, resolution, operator);
  const dies = { ...incidents, change: () => Promise.reject(new Error('killed')) };
  const given = {
    ...startIncidents(t),
    documents,
    incidents: dies,
    repository: createIncidentRepository(ops),
  };
  await t.rejects(createPostMortems({ ...given, onError: () => {} }).start(1, operator), /killed/);
  t.ok(documents.find(key));
  await incidents.addEntry(1, { kind: 'note', text: 'Meanwhile.' }, operator);
  for (let times = 0; times < 2; times++) await postMortems.start(1, operator);
  t.equal(timeline(1).filter((line) => line === started).length, 1);
  t.equal(repository.newestWith(1, ['link'], [started])?.ref, 'document:post_mortem/incident-1');
});

t.test('a long timeline is read in parts', async (t) => {
  const { incidents, repository } = startIncidents(t);
  await incidents.open(wanted, operator);
  await incidents.edit(1, { owner: 'anna' }, operator);
  for (let at = 3; at <= 450; at++)
    repository.addEntry(1, {
      at: '2026-11-29T12:00:00.000Z',
      actor: 'x',
      kind: 'note',
      text: `${at}`,
      ref: null,
    });
  const parts = [
    incidents.entries(1),
    incidents.entries(1, { before: 251 }),
    incidents.entries(1, { before: 51 }),
  ];
  t.same(
    parts.map((part) => [part.length, part[0]?.seq, part.at(-1)?.seq]),
    [
      [200, 251, 450],
      [200, 51, 250],
      [50, 1, 50],
    ],
  );
  t.equal(repository.countEntries(1), 450);
  await t.rejects(
    incidents.edit(1, { owner: 'ben' }, operator, { shown: { owner: '' } }),
    { code: 'edit_conflict', message: /Changed by .* to anna; yours is ben/ },
    'an old change is still known',
  );
});

t.test('no text has characters that cannot be seen or that turn it round', async (t) => {
  const { incidents, items, repository } = startIncidents(t);
  const [nul, bidi, unseen] = ['a\0b', 'a\u202eb', '\u200b'];
  const problems = (...fields: string[]) => ({
    code: 'invalid_arguments',
    details: { problems: fields.map((field) => ({ field })) },
  });
  const bad = { ...wanted, title: nul, summary: bidi, owner: unseen, services: [bidi], tags: [unseen] };
  await t.rejects(incidents.open(bad, operator), problems('title', 'summary', 'services', 'tags', 'owner'));
  await incidents.open({ ...wanted, summary: 'Two\r\nlines,\tone tab' }, operator);
  t.equal(repository.get(1).summary, 'Two\nlines,\tone tab');
  await t.rejects(incidents.addEntry(1, { kind: 'note', text: nul }, operator), problems('note'));
  await t.rejects(incidents.close(1, `${resolution}${bidi}`, operator), problems('resolution'));
  await t.rejects(items.add(1, { text: nul, owner: bidi }, operator), problems('text', 'owner'));
  await t.rejects(items.add(1, { text: 'Do it', owner: unseen }, operator), problems('owner'));
  await items.add(1, { text: 'Do it', owner: ' ' }, operator);
  await t.rejects(items.set(1, 1, { state: 'done', note: nul }, operator), problems('note'));
});

t.test('a word is that of an entry of its kind', (t) => {
  t.equal(wordOf({ kind: 'status', text: 'Closed\nIt works.' }), 'closed');
  for (const kind of ['note', 'link', 'job'] as const) t.equal(wordOf({ kind, text: 'Closed' }), null);
  t.end();
});

t.test('no time is negative after the clock was set back', async (t) => {
  const { incidents, clock, overview, documents, postMortems } = startIncidents(t);
  await incidents.open(wanted, operator);
  clock.ms -= 60 * minuteMs;
  await incidents.mitigate(1, operator);
  clock.ms += 120 * minuteMs;
  t.match(overview.figures(30), { count: 1, mitigated: 1, meanMs: 0 });
  await postMortems.start(1, operator);
  t.match(documents.find(key).body, /mitigated after 0/);
});

t.test('a search looks at a thousand incidents for a page, and goes on from there', async (t) => {
  const { lists, ops } = startIncidents(t);
  const insert = ops.prepare(`INSERT INTO incident
    (title, severity, status, summary, services, tags, owner, source, opened_at, opened_by, due_at)
    VALUES (@title, 3, @status, '', '[]', '[]', 'anna', 'hand', @at, 'x', @at)`);
  const at = '2026-11-29T12:00:00.000Z';
  ops.transaction(() => {
    for (let number = 1; number <= 2500; number++)
      insert.run({
        title: number % 2000 === 1 ? 'A rare one' : 'One',
        status: number > 1500 ? 'open' : 'closed',
        at,
      });
  })();
  const read = (choice: object, cursor?: string | null) =>
    listIncidents(lists, { status: 'all', ...choice }, 50, cursor ?? undefined);
  const pages: [number[], number | null][] = [];
  for (let cursor: string | null | undefined; cursor !== null && pages.length < 9; ) {
    const { incidents, next, searched } = read({ q: 'rare' }, cursor);
    pages.push([incidents.map(({ number }) => number), searched]);
    cursor = next;
  }
  t.same(
    pages,
    [
      [[2001], 1000],
      [[], 1000],
      [[1], null],
    ],
    'all are found, and each page is bounded',
  );
  for (const choice of [{ service: 'no' }, { tag: 'no' }, { owner: 'no' }])
    t.match(read(choice), { incidents: [], next: String, searched: 1000 });
  t.match(read({ severity: 4 }), { incidents: [], next: null, searched: null }, 'the index knows it');
  t.match(read({ owner: 'anna' }), { next: 'active~3~2451', searched: null }, 'a full page is no end');
  const plan = ops.prepare(`EXPLAIN QUERY PLAN SELECT opened_at, mitigated_at, due_at FROM incident
    WHERE opened_at >= ?`);
  t.match(plan.all(at), [{ detail: /COVERING INDEX incident_opened/ }]);
});
