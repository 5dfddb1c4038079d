// Keeps a child's processes in a PID namespace, which no process can leave. A shell is its process 1, the keeper: it starts
// the script as process 2, reaps orphans, and when it ends the kernel kills every process of the namespace. The namespace
// has its own /proc, since tools look up their own pid there. Where the user is not root, a user namespace allows all this.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import type { Duplex } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { findInPath } from './executables.ts';
import { createLineReader, createTail, lastLineOf } from './lines.ts';
import { identify, isAlive, readProcessesSince, readProcessTable, signal, ticksPerSec } from './processes.ts';
import {
  awaitGate,
  type ChildExit,
  type ChildOptions,
  type Followed,
  gateLine,
  type Started,
  type Tracker,
} from './tracker.ts';

/** The script's stderr is descriptor 5, because unshare complains about its child's end. The messages of the shell, e.g.
 *  `Killed`, go to descriptor 4: they tell a signal from an exit code above 128. The script leads its own session, as it
 *  does without a namespace. */
const keeper = `
exec 2>&4
( echo ready >&4; ${awaitGate}; exec 2>&5 4<&- 5>&-; exec "$@" )
code=$?
read -r stat </proc/self/stat
set -- /proc/[0-9]*
echo "ended $code $(($# - 1)) $stat" >&4
[ $# -eq 1 ] && exit $code
exec 0<&- 1>&- 3>&- 5>&-
read -r _ <&4
exit $code
`;
const flags = ['--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'unchanged'];
const asUser = ['--user', '--map-current-user'];
/** Succeeds only as process 1 of a namespace with its own /proc. */
const probe = 'read -r pid _ </proc/self/stat && [ "$$" = 1 ] && [ "$pid" = 1 ]';
const probeMaxMs = 5000;
const lineMaxBytes = 4096;
const drainMs = 200;
/** Signals after which shells print nothing. */
const quietSignals: number[] = [
  os.constants.signals.SIGINT,
  os.constants.signals.SIGPIPE,
  os.constants.signals.SIGTERM,
];

/** Null where the system does not allow it. */
export function createNamespaceTracker(): Tracker | null {
  const [unshare, setsid] = [findInPath('unshare'), findInPath('setsid')];
  if (!unshare || !setsid) return null;
  const prefix = [[], asUser]
    .map((user) => [unshare, ...user, ...flags, '--', '/bin/sh', '-c'])
    .find(([file = '', ...args]) => {
      const options = { stdio: 'ignore', timeout: probeMaxMs } as const;
      return spawnSync(file, [...args, probe], options).status === 0;
    });
  return prefix
    ? { stderrFd: 5, wrap: (command) => [...prefix, keeper, 'sh', setsid, ...command], follow }
    : null;
}

function follow(child: ChildProcess & { pid: number }, options: ChildOptions): Followed {
  const gate = child.stdio[4] as Duplex;
  const dialog = readGate(gate);
  const complaint = readComplaint(child);
  let located: ReturnType<typeof locate> | null = null;
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  const gone = once(child, 'exit').then(() => Promise.race([dialog.closed, after(drainMs)]));
  const started = Promise.race([dialog.ready, gone.then(() => 'gone')]).then(async (outcome) => {
    if (outcome === 'gone') {
      const why = (await complaint()) || `exit code ${child.exitCode}`;
      throw new Error(`its PID namespace could not be created: ${why}`);
    }
    located = locate(child.pid);
    return located;
  });

  return {
    started,
    exited: scriptExit(),
    hasExited: () => isGone() || dialog.end() !== null || (located !== null && !isAlive(located.script)),
    gone,
    begin: (script) => void gate.write(gateLine(script, options)),
    find(tree) {
      if (isGone()) return [];
      if (located === null) return [child.pid];
      tree.look(readProcessTable());
      return [...tree.members.keys()];
    },
    kill: () => signal(located?.keeper.pid ?? -child.pid, 'SIGKILL'),
    letGo: () => void gate.end(),
    cpuSec: () => dialog.end()?.cpuSec ?? null,
  };

  /** A keeper that leaves processes behind waits until it is let go; another ends at once. One that did not report the end
   *  was killed with all processes. */
  async function scriptExit(): Promise<ChildExit> {
    const failure = await started.then(
      () => null,
      (error: Error) => error,
    );
    if (failure && !isGone()) signal(-child.pid, 'SIGKILL');
    await Promise.race([dialog.leftBehind, gone]);
    if (failure && !dialog.isReady() && child.signalCode === null) throw failure;
    return dialog.end()?.exit ?? { code: null, signal: 'SIGKILL' };
  }
}

/** Gives what `unshare` has written to stderr last. */
function readComplaint({ stderr }: ChildProcess) {
  const tail = createTail(lineMaxBytes);
  stderr?.on('data', tail.add).on('error', () => {});
  const closed = new Promise((resolve) => stderr?.once('close', resolve));
  return async () => {
    await Promise.race([closed, after(drainMs)]);
    return lastLineOf(tail.text());
  };
}

/** The keeper is the only child of unshare, the script the only child of the keeper. */
function locate(unshare: number): Started & { keeper: NonNullable<Started['keeper']> } {
  const { table } = readProcessesSince(unshare, []);
  const childOf = (parent: number) => {
    for (const [pid, stat] of table) if (stat.parent === parent) return identify(pid);
    throw new Error(`the child of process ${parent} is gone`);
  };
  const found = childOf(unshare);
  return { keeper: found, script: childOf(found.pid) };
}

type End = { exit: ChildExit; cpuSec: number };

/** The keeper's side of descriptor 4. */
function readGate(gate: Duplex) {
  let end: End | null = null;
  let [isReady, hasShellSpoken] = [false, false];
  const closed = new Promise<void>((resolve) => gate.once('close', resolve));
  let onReady = () => {};
  let onLeftBehind = () => {};
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  const leftBehind = new Promise<void>((resolve) => {
    onLeftBehind = resolve;
  });
  const read = (line: string) => {
    const [word, code = '', others, ...stat] = line.split(' ');
    if (line === 'ready') {
      isReady = true;
      return onReady();
    }
    if (word !== 'ended') {
      hasShellSpoken = true;
      return;
    }
    const fields = stat.join(' ').split(') ').at(-1)?.split(' ') ?? [];
    // proc(5): 16 and 17, the CPU time of the children that were waited for.
    const ticks = Number(fields[13]) + Number(fields[14]);
    end = { exit: toExit(Number(code), hasShellSpoken), cpuSec: ticks / ticksPerSec };
    if (others !== '0') onLeftBehind();
  };
  const lines = createLineReader(lineMaxBytes, read, () => {});
  gate.on('data', lines.add);
  return { ready, leftBehind, closed, isReady: () => isReady, end: () => end };
}

/** A shell gives 128 + the signal that killed its child. */
function toExit(code: number, hasShellSpoken: boolean): ChildExit {
  const number = code - 128;
  const found = Object.entries(os.constants.signals).find(([, value]) => value === number);
  const isSignal = found && (hasShellSpoken || quietSignals.includes(number));
  return isSignal ? { code: null, signal: found[0] as NodeJS.Signals } : { code, signal: null };
}
