import '../support/plain-children.ts';
import { spawn } from 'node:child_process';
import t, { type Test } from 'tap';
import type { ProcessIdentity } from '../../src/jobs/job.ts';
import { createProcessTree } from '../../src/runner/process-tree.ts';
import { identify, isAlive, readProcessTable, signal } from '../../src/runner/processes.ts';

const isUnmarked = () => false;
/** A tree of a child without a keeper. */
function plant(script: ProcessIdentity, ...given: Parameters<typeof createProcessTree>) {
  const tree = createProcessTree(...given);
  tree.plant(script, null);
  return tree;
}

const look = (tree: ReturnType<typeof createProcessTree>) => tree.look(readProcessTable());

/** A shell that starts `sleep` in its own session, without environment, and waits; with the pids of both. */
async function startParent(t: Test) {
  const script = 'env -i setsid sleep 600 & echo $!; read -r _';
  const parent = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const pid = parent.pid as number;
  const line = await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve));
  const child = Number(line.toString());
  t.teardown(() => [pid, child].map((each) => signal(each, 'SIGKILL')));
  return { parent, pid, child };
}

t.test('a descendant stays known after it has left group, environment and parent', async (t) => {
  const { parent, pid, child } = await startParent(t);
  const tree = plant(identify(pid), isUnmarked, null);
  look(tree);
  t.strictSame([...tree.members.keys()].sort(), [pid, child].sort());
  const exited = new Promise((resolve) => parent.once('exit', resolve));
  parent.stdin.end();
  await exited;
  look(tree);
  t.strictSame([...tree.members.keys()], [child], 'its parent is gone, it is not');
  t.equal(tree.members.get(child), identify(child).started);
});

t.test('a hidden descendant is reported until the report is stored, then not again', async (t) => {
  const { pid, child } = await startParent(t);
  const reported: number[] = [];
  let isStored = false;
  const onHidden = (descendant: { pid: number }) => reported.push(descendant.pid) > 0 && isStored;
  const tree = plant(identify(pid), isUnmarked, { onHidden, onStopped: () => true, onMeasured() {} });
  look(tree);
  look(tree);
  t.strictSame(reported, [child, child], 'the first child is never reported: it is stored before it starts');
  isStored = true;
  look(tree);
  look(tree);
  t.equal(reported.length, 3);
  const marked = plant(identify(pid), () => true, { onHidden, onStopped: () => true, onMeasured() {} });
  look(marked);
  t.equal(reported.length, 3, 'processes with the marker are found by it');
});

t.test('another process under the pid of a descendant is not taken for it', async (t) => {
  const { pid, child } = await startParent(t);
  const tree = plant({ pid, started: '1', bootId: null }, isUnmarked, null);
  look(tree);
  t.equal(tree.members.size, 0, 'the pid is there, with another start time');
  t.ok(isAlive(identify(child)));
});

t.test('a child that was never measured has no usage', async (t) => {
  const { pid } = await startParent(t);
  const tree = plant(identify(pid), isUnmarked, null);
  t.strictSame(tree.usage(), { peakRssBytes: null, cpuSec: null });
});

t.test('a descendant that starts later and leaves at once is found while its parent lives', async (t) => {
  const script = 'read -r _; env -i setsid sleep 600 & echo $!; read -r _';
  const parent = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const pid = parent.pid as number;
  t.teardown(() => signal(pid, 'SIGKILL'));
  const tree = plant(identify(pid), isUnmarked, null);
  tree.start();
  t.teardown(tree.stop);
  while (tree.usage().cpuSec === null) await new Promise(setImmediate);
  t.strictSame([...tree.members.keys()], [pid]);
  const said = new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve));
  parent.stdin.write('\n');
  const child = Number((await said).toString());
  t.teardown(() => signal(child, 'SIGKILL'));
  while (tree.members.size < 2) await new Promise(setImmediate);
  t.strictSame([...tree.members.keys()], [pid, child]);
});

t.test('a stop is reported until the report is stored', async (t) => {
  const { pid } = await startParent(t);
  const reported: boolean[] = [];
  const tree = plant(identify(pid), isUnmarked, {
    onHidden: () => true,
    onMeasured() {},
    onStopped: (isStopped) => reported.push(isStopped) > 1,
  });
  t.teardown(tree.stop);
  signal(pid, 'SIGSTOP');
  tree.start();
  while (reported.length < 2) await new Promise(setImmediate);
  signal(pid, 'SIGCONT');
  while (reported.length < 3) await new Promise(setImmediate);
  t.strictSame(reported, [true, true, false]);
});
