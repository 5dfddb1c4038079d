// The thread of the log store as the server asks it: a crash, the next thread, the end.
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { firstOwnFrame } from '../../src/errors/frames.ts';
import { createWriterThread } from '../../src/log-store/writer-thread.ts';
import { makeFolder } from '../support/folder.ts';

const crashingThread = new URL('../support/crashing-log-thread.js', import.meta.url);
const line = JSON.stringify({ level: 40, time: 1, msg: 'a line' });

t.test('an error that is a bug has the stack of the thread', async (t) => {
  const thread = createWriterThread({
    file: new URL('../../src/log-store/log-thread.js', import.meta.url),
    data: () => ({ file: path.join(makeFolder(t), 'log.db'), maxBytes: 1e9, busyMaxMs: 10_000 }),
    now: () => new Date(),
    onCrash: (cause) => t.fail(cause.message),
  });
  t.teardown(() => thread.close());
  const asked = thread.ask('ask', { name: 'none' as never, given: null });
  const error = await asked.then(
    () => t.fail('it was answered') as never,
    (thrown: Error) => thrown,
  );
  t.match(error, { name: 'TypeError', message: /is not a function/ });
  t.match(firstOwnFrame(error.stack ?? '', packageRoot), /\(log-store\/log-thread\)$/);
});

t.test('after a crash nothing is asked for some seconds; then the next thread goes on', async (t) => {
  let at = new Date('2026-11-22T14:00:00.000Z');
  const crashes: Error[] = [];
  const folder = makeFolder(t);
  const thread = createWriterThread({
    file: crashingThread,
    data: () => ({ file: path.join(folder, 'log.db'), maxBytes: 1e9, busyMaxMs: 10_000 }),
    now: () => at,
    onCrash: (cause) => crashes.push(cause),
  });
  t.match(await thread.ask('write', { lines: [line] }), { lines: 1 });
  const open = thread.ask('ask', { name: 'crash' as never, given: null });
  await t.rejects(open, { code: 'temporary' }, 'an open question is answered');
  t.match(crashes, [{ message: 'it was asked to crash' }]);
  await t.rejects(thread.ask('write', { lines: [line] }), { code: 'temporary' }, 'not at once');
  at = new Date(at.getTime() + 4999);
  await t.rejects(thread.ask('write', { lines: [line] }), { code: 'temporary' });
  at = new Date(at.getTime() + 1);
  t.match(await thread.ask('write', { lines: [line] }), { lines: 2, remade: 0 });
  await thread.close();
  await t.rejects(thread.ask('write', { lines: [line] }), { code: 'stopping' });
  t.equal(crashes.length, 1);
});
