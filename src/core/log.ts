// The structured log: one JSON line for each request, each change of a job's status, and what goes wrong.
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Redactor } from './redaction.ts';

export type Log = Logger;

/** Lines that wait until a full disk or an ended terminal takes them again; further ones are dropped. */
const waitingMaxBytes = 1024 * 1024;

/** Headers that carry tokens. */
const secretHeaders = ['authorization', 'cookie', '["set-cookie"]'].flatMap((name) =>
  ['headers', 'req.headers', 'res.headers', 'err.headers'].map(
    (at) => `${at}${name.startsWith('[') ? '' : '.'}${name}`,
  ),
);

/** A line that is kept beside the output: a warning, an error, or one with an `event`. `text`: the line as JSON, without
 *  secrets. */
export type KeptLine = { level: number; text: string; error: unknown };

/** Calls each listener with every kept line, the first ones of the start included. `allListen`: lets go of those, because
 *  nothing listens later. */
export type KeptLines = { listen(listener: (line: KeptLine) => void): void; allListen(): void };

/** The kept lines that wait for listeners while the server is being built. */
const earlyMax = 100;

/** `output`: a descriptor, or an object that takes the lines. An unwritable descriptor does not end the process. */
export function createLog(
  level: string,
  { record }: Pick<Redactor, 'record'>,
  output: number | DestinationStream = 1,
): Log {
  return pino(optionsOf(level, record), openOutput(output));
}

/** The log of a server, whose kept lines do not depend on the level of its output. */
export function createServerLog(
  level: string,
  { record }: Pick<Redactor, 'record'>,
  output: number | DestinationStream = 1,
): { log: Log; keptLines: KeptLines; setLevel(level: string): void } {
  const sink = createSink(openOutput(output));
  const log = pino(optionsOf(level, record), sink.destination);
  const setLevel = (wanted: string) => {
    sink.setLeast(numberOf(wanted));
    log.level = numberOf(wanted) > keptFrom ? 'info' : wanted;
  };
  setLevel(level);
  return { log, keptLines: sink.keptLines, setLevel };
}

const keptFrom = pino.levels.values.info as number;
const warning = pino.levels.values.warn as number;
const numberOf = (level: string): number => pino.levels.values[level] ?? Number.POSITIVE_INFINITY;

function createSink(output: DestinationStream) {
  const listeners: ((line: KeptLine) => void)[] = [];
  let early: KeptLine[] | null = [];
  let least = keptFrom;
  const destination = {
    /** Makes pino set the next two members before each line. */
    [Symbol.for('pino.metadata')]: true,
    lastLevel: keptFrom,
    lastObj: {} as Record<string, unknown>,
    write(text: string) {
      const { lastLevel: level, lastObj } = destination;
      if (level >= least) output.write(text);
      if (level < warning && !(level >= keptFrom && 'event' in lastObj)) return;
      const line = { level, text, error: lastObj.err };
      if (early && early.length < earlyMax) early.push(line);
      for (const listener of listeners) listener(line);
    },
  };
  const keptLines: KeptLines = {
    listen(listener) {
      early?.forEach(listener);
      listeners.push(listener);
    },
    allListen() {
      early = null;
    },
  };
  const setLeast = (level: number) => {
    least = level;
  };
  return { destination, keptLines, setLeast };
}

function optionsOf(level: string, record: Redactor['record']) {
  return { level, base: { pid: process.pid }, redact: secretHeaders, hooks: { streamWrite: record } };
}

function openOutput(fd: number | DestinationStream): DestinationStream {
  if (typeof fd !== 'number') return fd;
  const output = pino.destination({ fd, sync: true, maxLength: waitingMaxBytes });
  output.on('error', () => {});
  return output;
}
