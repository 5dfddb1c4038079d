// The log of a server that writes no output. The log store still keeps its lines.
import type { Config } from '../../src/core/config.ts';
import { createServerLog } from '../../src/core/log.ts';
import { createRedactor } from '../../src/core/redaction.ts';

/** The log and the redactor as `createApp` takes them. */
export function createSilentLog(config: Config) {
  const redactor = createRedactor(config);
  return { ...createServerLog('silent', redactor), redactor };
}
