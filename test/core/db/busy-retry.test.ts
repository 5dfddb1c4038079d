import path from 'node:path';
import t, { type Test } from 'tap';
import { createBusyRetry, retryWhileBusy } from '../../../src/core/db/busy-retry.ts';
import { openDatabase } from '../../../src/core/db/open.ts';
import { makeFolder } from '../../support/folder.ts';

/** A database, and another connection that can lock it. */
function openTwo(t: Test) {
  const file = path.join(makeFolder(t), 'a.db');
  const [db, other] = [openDatabase(file, { busyMs: 0 }), openDatabase(file, { busyMs: 0 })];
  db.exec('CREATE TABLE entry (text)');
  t.teardown(() => [db, other].map((each) => each.close()));
  const insert = db.prepare('INSERT INTO entry VALUES (?)');
  return {
    add: (text: string) => () => insert.run(text).changes,
    texts: () => db.prepare('SELECT text FROM entry ORDER BY rowid').pluck().all(),
    hold: () => other.exec('BEGIN IMMEDIATE'),
    free: () => other.exec('ROLLBACK'),
  };
}

t.test('a write to a free database runs at once', async (t) => {
  const { add, texts } = openTwo(t);
  const untilFree = createBusyRetry({ maxMs: 1000, everyMs: 1 });
  const written = untilFree(add('one'));
  t.strictSame(texts(), ['one'], 'synchronously');
  t.equal(await written, 1);
});

t.test('a busy database is retried, in order of arrival', async (t) => {
  const { add, texts, hold, free } = openTwo(t);
  const untilFree = createBusyRetry({ maxMs: 10_000, everyMs: 1 });
  hold();
  const all = ['one', 'two', 'three'].map((text) => untilFree(add(text)));
  await new Promise(setImmediate);
  t.strictSame(texts(), [], 'reads are not blocked');
  free();
  t.strictSame(await Promise.all(all), [1, 1, 1]);
  t.strictSame(texts(), ['one', 'two', 'three']);
});

t.test('a call that finds the database free still waits behind one that does not', async (t) => {
  const { add, texts, hold, free } = openTwo(t);
  const untilFree = createBusyRetry({ maxMs: 10_000, everyMs: 1 });
  hold();
  const first = untilFree(add('one'));
  free();
  await Promise.all([first, untilFree(add('two'))]);
  t.strictSame(texts(), ['one', 'two']);
});

t.test('after the deadline every caller gets the busy error, and nothing is written', async (t) => {
  const { add, texts, hold, free } = openTwo(t);
  const untilFree = createBusyRetry({ maxMs: 20, everyMs: 1 });
  hold();
  const all = await Promise.allSettled(['one', 'two', 'three'].map((text) => untilFree(add(text))));
  for (const one of all) t.match(one, { status: 'rejected', reason: { code: 'SQLITE_BUSY' } });
  free();
  t.equal(await untilFree(add('later')), 1);
  t.strictSame(texts(), ['later']);
});

t.test('retryWhileBusy retries sync and async work in any order', async (t) => {
  const { add, texts, hold, free } = openTwo(t);
  hold();
  const limits = { maxMs: 10_000, everyMs: 1 };
  const both = Promise.all([
    retryWhileBusy(limits, add('one')),
    retryWhileBusy(limits, async () => add('two')()),
  ]);
  free();
  t.same(await both, [1, 1]);
  t.same(texts(), ['one', 'two']);
  hold();
  await t.rejects(retryWhileBusy({ maxMs: 0, everyMs: 1 }, add('three')), { code: 'SQLITE_BUSY' });
  await t.rejects(
    retryWhileBusy(limits, () => Promise.reject(new TypeError('no'))),
    TypeError,
  );
});

t.test('any other error is thrown at once', async (t) => {
  const untilFree = createBusyRetry({ maxMs: 10_000, everyMs: 10_000 });
  await t.rejects(
    untilFree(() => {
      throw new TypeError('no');
    }),
    TypeError,
  );
});
