// A pool of real workers for a test: with short times, on a new data root, closed with the test.
import './plain-children.ts';
import type { Test } from 'tap';
import { openRig, type WorkerRig } from '../../scripts/chaos/worker-rig.ts';
import { makeFolder } from './folder.ts';

export { openRig, rigOperator, type WorkerRig } from '../../scripts/chaos/worker-rig.ts';

export async function startRig(
  t: Test,
  options: Partial<Parameters<typeof openRig>[0]> = {},
): Promise<WorkerRig> {
  const root = options.root ?? makeFolder(t);
  const rig = await openRig({ workers: 1, ...options, root });
  t.teardown(rig.close);
  return rig;
}

const working = (rig: WorkerRig, name: string) => {
  const { pid, state } = rig.repository.find(name) ?? {};
  return pid && state === 'working' ? pid : null;
};

/** Resolves with the worker's pid once it is working. */
export async function untilWorking(rig: WorkerRig, name: string): Promise<number> {
  await rig.until(`${name} works`, () => working(rig, name) !== null);
  return working(rig, name) as number;
}

export const auditOf = (rig: WorkerRig, event: string) =>
  rig.ops.prepare('SELECT target, outcome, detail FROM audit WHERE event = ?').all(event) as {
    target: string;
    outcome: string;
    detail: string;
  }[];

export async function finishes(t: Test, rig: WorkerRig) {
  await rig.until('empty', async () => (await rig.pending()) === 0);
  t.same(rig.entries.unfinished(), [], 'every entry has exactly one embedding');
  t.same(rig.entries.twice(), [], 'no text was embedded twice');
}
