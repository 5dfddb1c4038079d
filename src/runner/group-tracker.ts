// The tracker for systems that allow neither a namespace nor a control group: a child's processes are those in its group,
// those with its marker in their environment, and recorded descendants. A process that sheds all three is not found.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { findJobProcesses, identify, mayHaveProcesses, readProcessTable, signal } from './processes.ts';
import {
  awaitGate,
  type ChildExit,
  type ChildOptions,
  type Followed,
  gateLine,
  type Tracker,
} from './tracker.ts';

export const groupTracker: Tracker = {
  stderrFd: 2,
  wrap: (command) => ['/bin/sh', '-c', `${awaitGate}; exec 4<&-; exec "$@"`, 'sh', ...command],
  follow: followGroup,
};

export function followGroup(child: ChildProcess & { pid: number }, options: ChildOptions): Followed {
  const { pid } = child;
  const { marker, root } = options;
  const script = identify(pid);
  const exited = once(child, 'exit').then(([code, name]): ChildExit => ({ code, signal: name }));
  return {
    started: Promise.resolve({ script, keeper: null }),
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    exited,
    gone: exited,
    begin: () => (child.stdio[4] as Writable).end(gateLine(script, options)),
    find(tree) {
      const search = { group: pid, marker, root, since: script.started, recorded: tree.members };
      return mayHaveProcesses(search) ? findJobProcesses(search, tree.look(readProcessTable())) : [];
    },
    kill(pids) {
      for (const target of [-pid, ...pids]) signal(target, 'SIGKILL');
    },
    letGo() {},
    cpuSec: () => null,
  };
}
