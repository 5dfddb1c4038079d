// Runs the application as this process: starts it, and ends it with exit code 0 when it is asked to.
import { type App, createApp } from './app.ts';
import type { Config } from './core/config.ts';
import { createLog } from './core/log.ts';
import type { Catalogue } from './core/catalogue.ts';

/** Running jobs get this long to end by themselves when the server is stopped. */
const quietMs = 3000;
/** Whatever still holds the process by then is given up. */
const stopMs = 10_000;

/** Gives the address once it listens. SIGTERM and SIGINT stop it. Throws what `createApp` and `start` throw. */
export async function serve(config: Config, options: { catalogue?: Catalogue } = {}): Promise<string> {
  const log = createLog(config.logLevel);
  for (const name of config.unknownVariables) log.warn(`${name} is set, but this version does not know it`);
  const app = await createApp(config, { ...options, log });
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => void stop(app));
  try {
    return await app.start();
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function stop(app: App) {
  setTimeout(() => process.exit(1), stopMs).unref();
  await app.close(quietMs);
}
