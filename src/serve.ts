// Runs the application as this process, and stops it with exit code 0 on a signal.
import { type App, createApp } from './app.ts';
import type { Config } from './core/config.ts';
import { createServerLog, type Log } from './core/log.ts';
import { createRedactor } from './core/redaction.ts';
import { onStopSignal } from './core/stop-signals.ts';
import type { Catalogue } from './core/catalogue.ts';

/** How long running jobs may take to end after a stop. */
const quietMs = 3000;
/** After this the process exits with code 1, whatever is still open. */
const stopMs = 10_000;

/** Returns the address once the server listens. A stop signal stops it. Throws the errors of `createApp` and `start`. */
export async function serve(config: Config, options: { catalogue?: Catalogue } = {}): Promise<string> {
  const redactor = createRedactor(config);
  const { log, keptLines, setLevel } = createServerLog(config.logLevel, redactor);
  const warn = createWarner(log);
  warn(config.warnings);
  const app = await createApp(config, { ...options, log, keptLines, redactor });
  const follow = () => {
    setLevel(config.logLevel);
    warn(config.warnings);
  };
  // The saved settings are known once the databases are open, and may change later.
  follow();
  app.bus.on('settings', follow);
  onStopSignal(() => void stop(app));
  try {
    return await app.start();
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Logs each warning once. */
function createWarner(log: Log) {
  const said = new Set<string>();
  return (warnings: string[]) => {
    for (const warning of warnings) if (!said.has(warning)) log.warn(warning);
    for (const warning of warnings) said.add(warning);
  };
}

async function stop(app: App) {
  setTimeout(() => process.exit(1), stopMs).unref();
  await app.close(quietMs);
}
