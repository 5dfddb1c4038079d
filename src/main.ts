// The process: configuration, application, signals. Everything else is in app.ts.
import { type App, createApp } from './app.ts';
import { loadConfig } from './config.ts';
import { AppError } from './errors.ts';
import { createLog } from './log.ts';

/** Running jobs get this long to end by themselves when the server is stopped. */
const quietMs = 3000;
/** Whatever still holds the process by then is given up. */
const stopMs = 10_000;

try {
  await main();
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`CHL Operations cannot start. ${error.message}\n`);
  process.exitCode = 1;
}

async function main() {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  for (const name of config.unknownVariables) log.warn(`${name} is set, but this version does not know it`);
  const app = await createApp(config, { log });
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => void stop(app));
  const address = await start(app);
  process.stderr.write(`CHL Operations is ready: ${address}/operations (data in ${config.root})\n`);
}

async function start(app: App): Promise<string> {
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
