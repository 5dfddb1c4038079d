// Streams a job's log from an offset until the job ends. Reads the file only when the client has taken the previous output,
// and closes the connection of a client that is stuck or has lost its access.
import type { FastifyReply } from 'fastify';
import type { JobEvent } from '../../core/bus.ts';
import { isTerminal, type Job } from '../job.ts';
import { jobLogFile, readJobLog } from '../../job-log/log.ts';
import { assertRoomForStream, takeOver } from '../../web/connections.ts';
import { endWithAccess } from '../../web/end-with-access.ts';
import { logError } from '../../web/log-error.ts';
import type { JobContext } from '../parts.ts';

const pieceBytes = 256 * 1024;
/** Long enough for a reader who stops at a screen of a pager. */
const defaultStuckMs = 60_000;

/** Throws `too_many_streams`. */
export function followLog(
  ctx: JobContext,
  reply: FastifyReply,
  job: Job,
  from: number,
  stuckMs = defaultStuckMs,
) {
  const { bus, config, repository } = ctx;
  const file = jobLogFile(config.root, job.number);
  assertRoomForStream(ctx.descriptors);
  const response = takeOver(reply, { 'content-type': 'text/plain; charset=utf-8' });
  if (response.destroyed) return;
  endWithAccess(response, reply.request, ctx);
  let offset = from;
  let stuck: NodeJS.Timeout | null = null;

  /** Writes until the client blocks or no output is left; ends the response after the job's end. */
  const write = () => {
    const hasEnded = isTerminal(repository.find(job.id)?.status ?? 'failed');
    while (!response.writableNeedDrain) {
      const range = readJobLog(file, offset, pieceBytes);
      if (range.missing > 0) response.write(`\n[${range.missing} bytes are no longer kept]\n`);
      if (range.text.length === 0) {
        if (hasEnded) response.end();
        return;
      }
      response.write(range.text);
      offset = range.next;
    }
    stuck ??= setTimeout(() => response.destroy(), stuckMs);
  };
  const clearStuck = () => {
    if (stuck) clearTimeout(stuck);
    stuck = null;
  };
  /** The log may be gone or unreadable; the error must not reach the emitter of the event. */
  const writeOrEnd = () => {
    try {
      write();
    } catch (error) {
      logError(reply.request, error, 'a job log could not be streamed', { number: job.number });
      response.destroy();
    }
  };
  const onChange = (event: JobEvent) => {
    if (event.id === job.id) writeOrEnd();
  };
  bus.on('log', onChange);
  bus.on('job', onChange);
  response.on('drain', () => {
    clearStuck();
    writeOrEnd();
  });
  response.on('close', () => {
    clearStuck();
    bus.off('log', onChange);
    bus.off('job', onChange);
  });
  writeOrEnd();
}
