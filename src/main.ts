// The entry point: loads the configuration, then starts the server.
import { checkNode } from './core/node-version.ts';

checkNode();
const { loadConfig } = await import('./core/config.ts');
const { assertEnoughDescriptors, openDescriptors } = await import('./core/descriptors.ts');
const { AppError, isSystemError } = await import('./core/errors.ts');

try {
  const config = loadConfig();
  assertEnoughDescriptors(openDescriptors().limit);
  const { serve } = await import('./serve.ts');
  const address = await serve(config);
  process.stderr.write(`CHL Operations is ready: ${address}/operations (data in ${config.root})\n`);
} catch (error) {
  if (!(error instanceof AppError || isSystemError(error))) throw error;
  process.stderr.write(`CHL Operations cannot start. ${error.message}\n`);
  process.exitCode = 1;
}
