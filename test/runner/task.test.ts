import '../support/plain-children.ts';
import path from 'node:path';
import t, { type Test } from 'tap';
import { findMarkedProcesses } from '../../src/runner/processes.ts';
import { createTasks } from '../../src/runner/task.ts';
import { createLibrary } from '../support/entries.ts';
import { makeFolder } from '../support/folder.ts';

/** A check of a file that is not a ZIP. */
function makeCheck(t: Test, signal = new AbortController().signal) {
  const root = makeFolder(t, { 'some.zip': 'no zip' });
  const { config, library } = createLibrary(root);
  library.close();
  const args = { zip: path.join(root, 'some.zip'), head: '', staged_id: '0a0b0c0d' };
  const task = createTasks(config)({ script: 'check-snapshot', id: 'check-1', onProgress() {}, signal });
  return { root, args, task };
}

const processesOf = (root: string) => findMarkedProcesses(root).length;

t.test('a task runs also when its process was started before its arguments', async (t) => {
  for (const isAhead of [false, true]) {
    const { root, args, task } = makeCheck(t);
    if (isAhead) task.start();
    await t.rejects(task.run(args), { code: 'bad_input', details: { code: 'not_a_zip' } });
    await task.end();
    t.equal(processesOf(root), 0);
  }
});

t.test('a process that was started early ends with its task', async (t) => {
  const { root, task } = makeCheck(t);
  task.start();
  await task.end();
  t.equal(processesOf(root), 0);
});

t.test('a task whose request has ended is stopped', async (t) => {
  const gone = new AbortController();
  const { root, args, task } = makeCheck(t, gone.signal);
  task.start();
  gone.abort();
  await t.rejects(task.run(args), { code: 'stopping' });
  await task.end();
  t.equal(processesOf(root), 0);
});
