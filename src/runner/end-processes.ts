// Ends the processes of a child: TERM and CONT, KILL after the grace, until none is left.
import { setTimeout as after } from 'node:timers/promises';
import type { LeftProcess } from '../jobs/job.ts';
import { isInGroup, nameOf, signal } from './processes.ts';

type Given = {
  /** The group of the script. */
  group: number;
  /** Whether the script had ended by itself. */
  hadEnded: boolean;
  find(): number[];
  kill(pids: number[]): void;
  /** When to kill, on the clock of `performance.now()`; may move. */
  killAt(): number;
};

const pollMs = 50;
const sweepMs = 2000;

/** Gives the processes besides the script that had to be ended, and those that survived (`running`). */
export async function endProcesses(given: Given): Promise<LeftProcess[]> {
  const { group, hadEnded, kill, killAt } = given;
  // A failed look, e.g. without a free descriptor, counts as a process that is left.
  const look = () => {
    try {
      return given.find();
    } catch {
      return [group];
    }
  };
  // Two looks in a row must find nothing: one look can miss a process in the middle of a fork or an exec.
  const isAnyLeft = () => look().length > 0 || look().length > 0;
  if (!isAnyLeft()) return [];
  const found = look();
  const names = new Map(found.map((pid) => [pid, nameOf(pid)]));
  const outside = found.filter((pid) => !isInGroup(pid, group));
  // Each process gets one SIGTERM: many programs take a second one as an order to stop at once.
  for (const target of [-group, ...outside]) {
    signal(target, 'SIGTERM');
    signal(target, 'SIGCONT');
  }
  while (isAnyLeft() && performance.now() < killAt()) await after(pollMs);
  const killed = new Set<number>();
  const deadline = performance.now() + sweepMs;
  while (isAnyLeft() && performance.now() < deadline) {
    const pids = look();
    for (const pid of pids) {
      killed.add(pid);
      if (!names.has(pid)) names.set(pid, nameOf(pid));
    }
    kill(pids);
    await after(pollMs);
  }
  const survivors = new Set(look());
  const reported = new Set([...(hadEnded ? found : outside), ...killed, ...survivors]);
  if (!survivors.has(group)) reported.delete(group);
  return [...reported].map((pid) => {
    const fate = survivors.has(pid) ? 'running' : killed.has(pid) ? 'killed' : 'ended';
    return { pid, name: names.get(pid) ?? '', fate };
  });
}
