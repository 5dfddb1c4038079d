// The log of an engine in the process of the command line. People read it: an error that is worded for them, such as a
// fault of a database or of a file, is a sentence, which is kept; any other error is a line with its stack, as on a server.
import { toFault } from '../core/faults.ts';
import { isObject } from '../core/json.ts';
import { createServerLog, type KeptLines, type Log } from '../core/log.ts';
import type { Redactor } from '../core/redaction.ts';

/** `faults` collects the sentences, without secrets and with `~` for the home folder. */
export function createByHandLog(
  { record }: Pick<Redactor, 'record'>,
  faults: Set<string>,
): { log: Log; keptLines: KeptLines } {
  let fault: string | null = null;
  const { log, keptLines } = createServerLog(
    'error',
    { record },
    {
      write(line: string) {
        if (fault === null) process.stderr.write(line);
        else faults.add(record(fault));
      },
    },
  );
  // The line has another path than the error, by which the advice about a file is not found.
  const formatters = {
    log(given: { err?: unknown }) {
      fault = isObject(given.err) ? (toFault(given.err)?.message ?? null) : null;
      return given;
    },
  };
  return { log: log.child({}, { formatters }), keptLines };
}
