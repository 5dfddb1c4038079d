// Runs test files in child processes: each in its own, or several one after another in a shared one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { mapPositions } from './source-positions.mjs';
import { readOutcome } from './test-outcome.mjs';

/** How long to read output after a process has exited: a process that it left may hold the pipe open for ever. */
const drainMs = 5000;
/** Bounds the memory of a shared process, and how many files one file can disturb. */
const maxShared = 25;
const streams = ['stdout', 'stderr'];
const running = new Set();

export function stopAll(signal) {
  for (const child of running) child.kill(signal);
}

/** Times in ms; `kill` is when to kill a file that did not end itself after its limit `timeout`. */
export async function runAlone({ name, output }, { timeout, kill }) {
  const startedAt = performance.now();
  const child = startChild([output], timeout);
  const end = await untilEnd(child, child.closed, kill);
  return readEnd({ name, end, startedAt, written: child.take() });
}

/** One file at a time. A file that fails is the last one of its process. */
export function createSharedProcess({ timeout, kill }) {
  let child = null;
  let before = [];
  return { run, close };

  async function run({ name, output }) {
    const startedAt = performance.now();
    if (before.length === maxShared || !child?.process.connected) close();
    child ??= startChild([path.join(import.meta.dirname, 'test-process.mjs')], timeout, ['ipc']);
    const endMark = `\n\0end of ${name}\0\n`;
    // A process that has ended does not receive it; `closed` says so.
    child.process.send({ name, output, timeoutMs: timeout, endMark }, () => {});
    const printed = child.untilPrinted(endMark).then(() => 0);
    const end = await untilEnd(child, Promise.race([child.closed, printed]), kill);
    const outcome = readEnd({ name, end, startedAt, written: child.take(endMark), before: [...before] });
    before.push(name);
    if (!outcome.isGood) close();
    return outcome;
  }

  function close() {
    if (!child) return;
    const { process, closed } = child;
    if (process.connected) process.disconnect();
    const timer = setTimeout(() => process.kill('SIGKILL'), drainMs);
    closed.finally(() => clearTimeout(timer));
    child = null;
    before = [];
  }
}

async function untilEnd(child, ending, killMs) {
  const timer = setTimeout(() => child.process.kill('SIGKILL'), killMs);
  const end = await ending;
  clearTimeout(timer);
  return end;
}

function startChild(args, timeout, more = []) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(timeout / 1000) },
    stdio: ['ignore', 'pipe', 'pipe', ...more],
  });
  running.add(child);
  const written = { stdout: '', stderr: '' };
  for (const stream of streams) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      written[stream] += text;
    });
  }
  child.once('exit', () => {
    setTimeout(() => {
      for (const stream of streams) child[stream].destroy();
    }, drainMs).unref();
  });
  const closed = once(child, 'close').then(([code, signal]) => {
    running.delete(child);
    return code ?? signal;
  });
  return { process: child, closed, untilPrinted, take };

  /** Resolves when both streams have `mark`. */
  function untilPrinted(mark) {
    return new Promise((resolve) => {
      const look = () => {
        if (!streams.every((stream) => written[stream].includes(mark))) return;
        for (const stream of streams) child[stream].off('data', look);
        resolve();
      };
      for (const stream of streams) child[stream].on('data', look);
    });
  }

  /** The output of both streams up to `mark`, or all of it. A process that a file left may write later. */
  function take(mark) {
    return streams.map((stream) => {
      const [taken = '', rest = ''] = mark ? written[stream].split(mark) : [written[stream]];
      written[stream] = rest;
      return taken;
    });
  }
}

function readEnd({ written: [tap, stderr], startedAt, ...file }) {
  const ms = Math.round(performance.now() - startedAt);
  const outcome = readOutcome({ ...file, tap, stderr, ms });
  if (outcome.isGood) return outcome;
  return readOutcome({ ...file, tap: mapPositions(tap), stderr: mapPositions(stderr), ms });
}
