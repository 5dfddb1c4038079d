// Versions of documents: saves, conflicts, removal, reviews and seeds, in ops.db. Time is passed in.
import path from 'node:path';
import t, { type Test } from 'tap';
import { createAudit } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { type DocumentFields, handoverKey, plainFields } from '../../src/documents/document.ts';
import { createDocumentRepository } from '../../src/documents/document-repository.ts';
import { createDocuments, type Seed } from '../../src/documents/documents.ts';
import { slugOf } from '../../src/documents/document-values.ts';
import { isReviewDue } from '../../src/documents/review.ts';
import { operator } from '../support/engine.ts';
import { makeFolder } from '../support/folder.ts';

const redactor = createRedactor(readConfig({}, '/nowhere'));
const dayMs = 86_400_000;
const key = { kind: 'runbook', slug: 'disk-full' } as const;
const fields: DocumentFields = { ...plainFields, title: 'Disk full', body: '- [ ] Look at /storage' };
const anna = { ...operator, actor: 'anna' };

function start(t: Test) {
  const ops = prepareOps(path.join(makeFolder(t), 'ops.db'));
  t.teardown(() => ops.close());
  let ms = Date.parse('2026-11-29T12:00:00.000Z');
  const now = () => new Date(ms);
  const bus = createBus();
  let events = 0;
  bus.on('documents', () => (events += 1));
  const audit = createAudit(ops, now, redactor, bus, t.error);
  const documentRepository = createDocumentRepository(ops);
  const untilFree = async <T>(work: () => T) => work();
  return {
    documents: createDocuments({ audit, bus, now, documentRepository, untilFree }),
    now,
    pass: (passed: number) => {
      ms += passed;
    },
    events: () => events,
    rows: () =>
      (
        ops.prepare('SELECT event, target, actor, detail FROM audit ORDER BY id').all() as {
          event: string;
          target: string;
          actor: string;
          detail: string;
        }[]
      ).map((row) => ({ ...row, detail: JSON.parse(row.detail) })),
  };
}

t.test('a save makes the next version, and the same text makes none', async (t) => {
  const { documents, pass, rows, events } = start(t);
  const first = await documents.save(
    key,
    { ...fields, title: ' Disk full ', tags: ['disk', ' disk', ''], owner: '  ' },
    { version: 0, by: anna },
  );
  t.match(first, { version: 1, title: 'Disk full', tags: ['disk'], owner: null, by: 'anna' });
  pass(dayMs);
  const body = 'one\r\ntwo';
  const second = await documents.save(key, { ...fields, body }, { version: 1, by: operator });
  t.match(second, { version: 2, body: 'one\ntwo', created_at: first.at });
  t.not(second.at, first.at);
  const again = await documents.save(key, { ...fields, body: 'one\ntwo' }, { version: 1, by: anna });
  t.match(again, { version: 2, by: operator.actor }, 'a save that arrives twice is no conflict');
  t.strictSame(
    documents.versions(key, { limit: 10 }).map(({ version, by }) => [version, by]),
    [
      [2, operator.actor],
      [1, 'anna'],
    ],
  );
  t.match(documents.atVersion(key, 1), { body: fields.body });
  t.throws(() => documents.atVersion(key, 3), { code: 'not_found', message: /newest one is version 2/ });
  t.equal(events(), 3);
  t.match(rows(), [
    { event: 'document.saved', target: 'runbook:disk-full', detail: { before: null, after: { version: 1 } } },
    { event: 'document.saved', detail: { before: { version: 1 }, after: { version: 2 } } },
  ]);
  t.equal(rows().length, 2);
});

t.test('a save over an unseen version is refused with both texts, and nothing is stored', async (t) => {
  const { documents, rows } = start(t);
  await documents.save(handoverKey, { ...fields, body: 'one' }, { version: 0, by: operator });
  await documents.save(handoverKey, { ...fields, body: 'two' }, { version: 1, by: anna });
  const mine = { ...fields, body: 'mine' };
  await t.rejects(documents.save(handoverKey, mine, { version: 1, by: operator }), {
    code: 'edit_conflict',
    message: 'Version 2 was saved by anna since you opened version 1. Nothing was saved.',
    details: {
      current: { version: 2, body: 'two', title: 'Disk full', by: 'anna' },
      yours: mine,
      seen: 1,
      next: 3,
    },
  });
  await t.rejects(documents.save(handoverKey, mine, { version: 0, by: operator }), {
    code: 'edit_conflict',
    message: 'There is a note “handover” already. Nothing was saved.',
  });
  await t.rejects(documents.save(key, fields, { version: 3, by: operator }), { code: 'not_found' });
  t.equal(documents.find(handoverKey).body, 'two');
  t.equal(rows().length, 2);
  t.match(await documents.save(handoverKey, mine, { version: 2, by: operator }), { version: 3 });
});

t.test('a removed document keeps its versions and comes back as the next one', async (t) => {
  const { documents, rows } = start(t);
  await documents.save(key, fields, { version: 0, by: operator });
  await documents.save(key, { ...fields, body: 'two' }, { version: 1, by: operator });
  await documents.remove(key, anna);
  t.equal(documents.peek(key), null);
  t.throws(() => documents.find(key), { code: 'not_found' });
  t.strictSame(documents.list('runbook'), []);
  await t.rejects(documents.remove(key, anna), { code: 'not_found' });
  t.match(documents.atVersion(key, 2), { body: 'two' });
  await t.rejects(documents.save(key, { ...fields, body: 'three' }, { version: 2, by: operator }), {
    code: 'edit_conflict',
    message: /was removed after version 2/,
    details: { current: null, next: 3 },
  });
  t.match(await documents.restoreVersion(key, 1, { version: 0, by: anna }), {
    version: 3,
    body: fields.body,
    removed_at: null,
  });
  t.match(rows().slice(-2), [
    { event: 'document.removed', detail: { before: { version: 2 }, after: null } },
    { detail: { before: { version: 2, is_removed: true }, after: { version: 3, restored: 1 } } },
  ]);
});

t.test('a seed is added once, and never over a changed or removed one', async (t) => {
  const { documents, rows } = start(t);
  const seed = (slug: string): Seed => ({ kind: 'runbook', slug, fields });
  await documents.seed([seed('one'), seed('two'), seed('three')]);
  await documents.save({ ...key, slug: 'one' }, { ...fields, body: 'mine' }, { version: 1, by: anna });
  await documents.remove({ ...key, slug: 'two' }, anna);
  await documents.seed([seed('one'), seed('two'), seed('three'), seed('four')]);
  t.strictSame(
    documents.list('runbook').map(({ slug, body, by }) => [slug, body, by]),
    [
      ['four', fields.body, 'system'],
      ['one', 'mine', 'anna'],
      ['three', fields.body, 'system'],
    ],
  );
  t.strictSame(
    rows()
      .filter(({ event }) => event === 'document.seeded')
      .map(({ target }) => target),
    ['runbook:one', 'runbook:two', 'runbook:three', 'runbook:four'],
  );
  await t.rejects(documents.seed([{ ...seed('Bad Slug') }]), { code: 'invalid_arguments' });
});

t.test('a review is due after its days, and a reader dates it', async (t) => {
  const { documents, now, pass, rows } = start(t);
  await documents.save(key, { ...fields, review_days: 30 }, { version: 0, by: operator });
  const isDue = () => isReviewDue(documents.find(key), now());
  pass(29 * dayMs);
  await documents.save(key, { ...fields, body: 'two', review_days: 30 }, { version: 1, by: operator });
  t.equal(isDue(), false);
  pass(dayMs);
  t.equal(isDue(), true, 'a save is no review');
  t.match(await documents.review(key, anna), { reviewed_at: now().toISOString() });
  t.equal(isDue(), false);
  t.match(rows().at(-1), {
    event: 'document.reviewed',
    actor: 'anna',
    detail: { before: { reviewed_at: null } },
  });
  pass(30 * dayMs);
  t.equal(isDue(), true);
  await documents.save(key, fields, { version: 2, by: operator });
  t.equal(isDue(), false, 'none without a period');
  await documents.save(handoverKey, fields, { version: 0, by: operator });
  await t.rejects(documents.review(handoverKey, anna), { code: 'wrong_state' });
});

t.test('all faults are named at once', async (t) => {
  const { documents, rows } = start(t);
  const faultsOf = async (
    slug: string,
    given: Partial<DocumentFields>,
    kind: 'runbook' | 'note' = 'runbook',
  ) => {
    const error = await documents
      .save({ kind, slug }, { ...fields, ...given }, { version: 0, by: operator })
      .catch((error) => error);
    return error.details?.problems.map(({ field }: { field: string }) => field);
  };
  t.strictSame(
    await faultsOf('Disk full', {
      title: 'x'.repeat(121),
      body: '  ',
      owner: 'a\nb',
      tags: Array.from({ length: 21 }, (_, at) => `tag ${at}`),
      priority: 'urgent',
      prerequisites: 'x'.repeat(2001),
      rollback: 'x'.repeat(2001),
      review_days: 6,
    }),
    ['slug', 'title', 'body', 'owner', 'tags', 'priority', 'prerequisites', 'rollback', 'review_days'],
  );
  t.strictSame(await faultsOf('a', { title: '\u200b' }), ['title']);
  t.strictSame(await faultsOf('a', { body: '€'.repeat(21_846) }), ['body'], '64 KiB are counted in bytes');
  t.strictSame(await faultsOf('a', { body: 'a\ud800' }), ['body']);
  t.strictSame(await faultsOf('new', {}), ['slug']);
  t.strictSame(await faultsOf('a--b', { review_days: 730.5, tags: ['a,b'] }), [
    'slug',
    'tags',
    'review_days',
  ]);
  t.strictSame(await faultsOf('a', { priority: 'high', review_days: 30 }, 'note'), [
    'priority',
    'review_days',
  ]);
  t.equal(rows().length, 0);
  t.strictSame(await faultsOf('a'.repeat(60), { body: '€'.repeat(21_845) }), undefined);
});

t.test('a title suggests an address', (t) => {
  t.equal(slugOf('  Über den Ausfall, 12. Mai! '), 'uber-den-ausfall-12-mai');
  t.equal(slugOf('磁盘已满'), '');
  t.equal(slugOf(`${'a'.repeat(59)} b`), 'a'.repeat(59));
  t.end();
});
