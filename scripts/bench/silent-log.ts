// The log of a server without output; what is kept of it is kept.
import type { Config } from '../../src/core/config.ts';
import { createServerLog } from '../../src/core/log.ts';
import { createRedactor } from '../../src/core/redaction.ts';

/** The log and the redactor as `createApp` takes them. */
export function createSilentLog(config: Config) {
  const redactor = createRedactor(config);
  return { ...createServerLog('silent', redactor), redactor };
}
