// The structured log: one JSON line for each request and each change of a job's status.
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Bus } from './bus.ts';
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

/** `output`: a descriptor, or an object that takes the lines. An unwritable descriptor does not end the process. */
export function createLog(
  level: string,
  { record }: Pick<Redactor, 'record'>,
  output: number | DestinationStream = 1,
): Log {
  const options = {
    level,
    base: { pid: process.pid },
    redact: secretHeaders,
    hooks: { streamWrite: record },
  };
  return pino(options, typeof output === 'number' ? openOutput(output) : output);
}

function openOutput(fd: number): DestinationStream {
  const output = pino.destination({ fd, sync: true, maxLength: waitingMaxBytes });
  output.on('error', () => {});
  return output;
}

/** Logs each change of a job's status, but no progress. */
export function logJobEvents(bus: Bus, log: Log) {
  const lastStatus = new Map<string, string>();
  bus.on('job', ({ id, number, operation, status, request_id }) => {
    if (lastStatus.get(id) === status) return;
    lastStatus.set(id, status);
    if (['succeeded', 'failed', 'cancelled'].includes(status)) lastStatus.delete(id);
    log.info(
      { event: `job.${status}`, job_id: id, number, operation, request_id },
      `job #${number} ${status}`,
    );
  });
}
