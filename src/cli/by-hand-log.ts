// The log of an engine in the process of the command line. People read it: a fault of a database or of a file is a sentence, which
// is kept; any other error is a line with its stack, as a server logs it.
import { toFault } from '../core/faults.ts';
import { isObject, parseJson } from '../core/json.ts';
import { createLog, type Log } from '../core/log.ts';
import type { Redactor } from '../core/redaction.ts';

/** `faults` collects the sentences. */
export function createByHandLog(redactor: Pick<Redactor, 'record'>, faults: Set<string>): Log {
  return createLog('error', redactor, {
    write(line: string) {
      const { err } = parseJson(line) as { err?: unknown };
      const fault = isObject(err) ? toFault(err) : null;
      if (fault) faults.add(fault.message);
      else process.stderr.write(line);
    },
  });
}
