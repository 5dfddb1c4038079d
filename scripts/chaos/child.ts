// The child of a chore: records its attempt, writes numbered lines to the log, then behaves as its arguments say.
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { AppError } from '../../src/core/errors.ts';
import { runScript, type ScriptContext } from '../../src/jobs/script.ts';
import { recordAttempt } from './attempts.ts';
import type { Behaviour, ChoreArguments } from './behaviours.ts';

const fewLines = 40;
/** More than the log limit of a chaos run. */
const floodLines = 40_000;
const floodMessages = 5000;

const behave: Record<Behaviour, (ms: number, job: ScriptContext['job']) => unknown> = {
  succeeds() {},
  fails() {
    throw new Error('The chore went wrong.');
  },
  async 'ignores-sigterm'(ms) {
    process.on('SIGTERM', () => {});
    process.stdout.write('deaf from now on\n');
    await after(ms);
  },
  'forks-a-daemon'() {
    spawn('setsid', ['sh', '-c', 'trap "" TERM; sleep 600 & sleep 600'], { stdio: 'inherit' }).unref();
  },
  async setsid(ms) {
    spawn('setsid', ['sleep', '600'], { stdio: 'inherit' }).unref();
    await after(ms);
  },
  'floods-output'(_, job) {
    writeLines(job, fewLines + 1, floodLines);
  },
  'floods-progress'() {
    for (let done = 1; done <= floodMessages; done++) {
      writeWhole(3, `{"type":"progress","done":${done},"total":${floodMessages}}\n`);
    }
  },
  'exits-75'() {
    throw new AppError('temporary', 'The chore may work later.');
  },
  'exits-65'() {
    throw new AppError('bad_input', 'The chore is not worded well.');
  },
  sleeps: (ms) => after(ms),
  'stops-itself'() {
    process.kill(process.pid, 'SIGSTOP');
  },
};

// The table above must be initialised first.
await runScript<ChoreArguments>(async ({ behaviour, lock, ms }, { config, job, progress }) => {
  recordAttempt(config.root, job, lock);
  // Ends the unfinished line of a killed attempt.
  process.stdout.write('\n');
  writeLines(job, 1, fewLines);
  progress(1, 2, behaviour);
  await behave[behaviour](ms, job);
  return { behaviour };
});

/** Each line has its number and its attempt, which reveals gaps and duplicates. */
function writeLines(job: ScriptContext['job'], first: number, last: number) {
  for (let line = first; line <= last; line++) {
    process.stdout.write(`${line} ${job.id}.${job.attempt};\n`);
  }
}

function writeWhole(fd: number, text: string) {
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}
