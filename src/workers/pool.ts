// The embedding workers that the server keeps running: starts them, starts them again with a back-off when they end, and
// gives up loudly on one that cannot stay. They end with the server.
import os from 'node:os';
import { type Audit, systemRequester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import { type Config, childEnvironment } from '../core/config.ts';
import type { UntilFree } from '../core/db/busy-retry.ts';
import type { Log } from '../core/log.ts';
import { duration, plural } from '../core/format.ts';
import { freeNames } from './names.ts';
import type { WorkerRepository } from './repository.ts';
import { type Child, type ChildExit, spawnChild } from '../runner/child.ts';
import { scriptCommand } from '../runner/command.ts';
import { createTail } from '../runner/lines.ts';

export type Pool = ReturnType<typeof createPool>;

/** One worker. `gaveUp` says why it is not started any more. */
type Slot = {
  name: string;
  child: Child | null;
  starts: number;
  quickDeaths: number;
  timer: NodeJS.Timeout | null;
  gaveUp: string | null;
};

/** Who ends so soon after its start did not work. */
const quickMs = 10_000;
const mostQuickDeaths = 5;
/** To open both databases and to register waits for whoever writes, but never for so long. */
const helloMaxMs = 300_000;
const leastWaitMs = 500;
const mostWaitMs = 30_000;
/** The server must be gone within ten seconds. */
const endGraceMs = 4000;
const tailBytes = 1000;

export function createPool(given: {
  config: Config;
  repository: WorkerRepository;
  audit: Audit;
  bus: Bus;
  log: Log;
  untilFree: UntilFree;
  /** Told of each end, with its reason in a sentence. */
  onEnd(name: string, reason: string): void;
  /** For tests: another program, less patience. */
  command?: string[];
  leastWaitMs?: number;
  quickMs?: number;
  helloMs?: number;
}) {
  const { config, repository, audit, bus, log, untilFree, onEnd, helloMs = helloMaxMs } = given;
  const slots: Slot[] = [];
  let isStopping = false;

  return {
    /** The names are taken before the processes are there, so that nobody else takes them. */
    async start() {
      const names = freeNames(repository.living(), config.workers);
      await untilFree(() => {
        for (const name of names)
          repository.register({ name, claimant: name, owner: 'server', host: os.hostname() }, null);
      });
      for (const name of names) {
        const slot = { name, child: null, starts: 0, quickDeaths: 0, timer: null, gaveUp: null };
        slots.push(slot);
        startWorker(slot);
      }
    },

    hasGivenUp: () => slots.some(({ gaveUp }) => gaveUp !== null),

    /** Those that gave up, by name; all without one. */
    startAgain(name?: string) {
      for (const slot of slots) {
        if (slot.gaveUp === null || (name !== undefined && name !== slot.name)) continue;
        Object.assign(slot, { gaveUp: null, quickDeaths: 0 });
        startWorker(slot);
      }
    },

    /** Why workers are not started any more. */
    problems: () => slots.flatMap(({ name, gaveUp }) => (gaveUp === null ? [] : [{ name, message: gaveUp }])),

    /** Ends all, within seconds; they give back what they have claimed. Safe twice. */
    async stop() {
      isStopping = true;
      for (const { timer } of slots) if (timer) clearTimeout(timer);
      await Promise.all(slots.map(({ child }) => child?.end(endGraceMs)));
    },
  };

  function startWorker(slot: Slot) {
    slot.timer = null;
    if (isStopping) return;
    slot.starts += 1;
    const startedAt = performance.now();
    const tail = createTail(tailBytes);
    const say = (chunk: Buffer) => {
      tail.add(chunk);
      log.info({ worker: slot.name }, chunk.toString('utf8').trim());
    };
    const marker = `${slot.name}.${slot.starts}`;
    const child = spawnChild(
      given.command ?? scriptCommand('worker'),
      { cwd: config.root, env: childEnvironment(config, {}), marker, root: config.root },
      { onStdout: say, onStderr: say, onMessages() {}, descendants: null },
    );
    slot.child = child;
    let isMute = false;
    slot.timer = setTimeout(() => {
      isMute = repository.find(slot.name)?.pid !== child.identity?.pid;
      if (isMute) void child.end(0);
    }, helloMs);
    child.release('');
    void child.exited
      .then(
        (exit) => (isMute ? muteWords(helloMs) : wordExit(exit, tail.text())),
        (error: Error) => `It could not be started: ${error.message}`,
      )
      .then((ended) => {
        if (slot.timer) clearTimeout(slot.timer);
        void child.end(0);
        slot.child = null;
        if (!isStopping) startLater(slot, performance.now() - startedAt, ended);
      });
  }

  function startLater(slot: Slot, livedMs: number, ended: string) {
    slot.quickDeaths = livedMs < (given.quickMs ?? quickMs) ? slot.quickDeaths + 1 : 0;
    if (slot.quickDeaths >= mostQuickDeaths) return giveUp(slot, ended);
    const waitMs = Math.min(
      mostWaitMs,
      (given.leastWaitMs ?? leastWaitMs) * 2 ** Math.max(0, slot.quickDeaths - 1),
    );
    slot.timer = setTimeout(startWorker, waitMs, slot);
    onEnd(slot.name, `${ended} It starts again by itself.`);
  }

  function giveUp(slot: Slot, ended: string) {
    slot.gaveUp = `It ended ${plural(mostQuickDeaths, 'time')} soon after its start, so it is not started any more. ${ended}`;
    log.error({ event: 'worker.gave_up', worker: slot.name }, slot.gaveUp);
    const detail = { message: slot.gaveUp };
    const target = `worker:${slot.name}`;
    untilFree(() =>
      audit.record({ event: 'worker.gave_up', outcome: 'failed', by: systemRequester, target, detail }),
    ).catch((error) =>
      log.error({ err: error, worker: slot.name }, 'that it gave up is not in the audit log'),
    );
    onEnd(slot.name, slot.gaveUp);
    bus.emit('workers');
  }
}

const muteWords = (ms: number) => `It had not begun after ${duration(ms / 1000)}, so its process was ended.`;

/** Of what was said, without the frames of a stack and the version of Node below it. */
function lastLineOf(said: string): string {
  return said.split('\n').findLast((line) => /^\w/.test(line) && !line.startsWith('Node.js v')) ?? '';
}

/** Who is ended by a signal has not said why. */
function wordExit({ code, signal }: ChildExit, said: string): string {
  if (signal) return `Its process was ended by ${signal}.`;
  const words = lastLineOf(said);
  return `Its process ended with code ${code}.${words ? ` It said: ${words}` : ''}`;
}
