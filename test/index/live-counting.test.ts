import t from 'tap';
import { createCounting } from '../../src/index/live-counting.ts';
import type { LiveThread } from '../../src/index/live-thread.ts';
import { prepareLibraryVersion } from '../../src/index/repository.ts';
import { emptyCounts } from '../../src/index/sync-state.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { addExperience, createLibrary } from '../support/entries.ts';
import { makeFolder } from '../support/folder.ts';

/** A thread that notes how exact each count must be. */
function makeThread(onCount = () => {}) {
  const asked: boolean[] = [];
  const thread = {
    ask: async (_name: string, { isExact }: { isExact: boolean }) => {
      asked.push(isExact);
      onCount();
      return emptyCounts;
    },
  };
  return { asked, thread: thread as unknown as LiveThread };
}

t.test('after an exact count, the thread counts again only after a change', async (t) => {
  let version = 'a';
  const counting = createCounting(() => version);
  const { asked, thread } = makeThread();
  t.equal(await counting.ask(undefined), null, 'there is no thread yet');
  t.same([await counting.ask(thread), await counting.ask(thread)], [emptyCounts, emptyCounts]);
  t.same(asked, [false, false], 'an inexact count may be older than the library');
  const askExactly = async () => {
    await counting.exactly(async () => {});
    return counting.ask(thread);
  };
  t.same(await askExactly(), emptyCounts);
  t.equal(await askExactly(), null, 'the library is as it was');
  t.equal(await counting.ask(thread), null);
  version = 'b';
  t.same(await counting.ask(thread), emptyCounts);
  t.same(await counting.ask(thread), emptyCounts);
  t.same(asked.splice(0), [false, false, true, false, false]);
});

t.test('a change during a count, a failed count and another thread are counted again', async (t) => {
  let version = 0;
  const counting = createCounting(() => String(version));
  const askExactly = async (thread: LiveThread) => {
    await counting.exactly(async () => {});
    return counting.ask(thread);
  };
  const first = makeThread(() => version++);
  await askExactly(first.thread);
  t.same(await askExactly(first.thread), emptyCounts, 'the count may not have seen the change');
  const failing = makeThread(() => {
    throw new Error('busy');
  });
  await t.rejects(askExactly(failing.thread), { message: 'busy' });
  await t.rejects(askExactly(failing.thread), { message: 'busy' });
  const [second, third] = [makeThread(), makeThread()];
  await askExactly(second.thread);
  t.same(await askExactly(third.thread), emptyCounts);
});

t.test('the version of the library changes with each change, of this connection and of others', async (t) => {
  const { config, library } = createLibrary(makeFolder(t));
  const other = openDatabase(config.databasePath, { busyMs: 100 });
  t.teardown(() => [library, other].map((db) => db.close()));
  const version = prepareLibraryVersion(library);
  const seen = [version()];
  t.equal(version(), seen[0]);
  addExperience(library, 'E1', { title: 'Own' });
  seen.push(version());
  t.equal(version(), seen[1]);
  addExperience(other, 'E2', { title: 'Of another connection' });
  seen.push(version());
  t.equal(new Set(seen).size, 3);
});
