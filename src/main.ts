// The entry point: loads the configuration, then starts the server.
import { checkNode } from './core/node-version.ts';
import { nameSourcesInStacks } from './errors/source-maps.ts';

checkNode();
nameSourcesInStacks();
const { loadConfig } = await import('./core/config.ts');
const { prepareDataRoot } = await import('./core/data-root.ts');
const { assertEnoughDescriptors, openDescriptors } = await import('./core/descriptors.ts');
const { toRefusal } = await import('./core/faults.ts');
const { shortenHomes } = await import('./core/home.ts');

try {
  const config = loadConfig();
  assertEnoughDescriptors(openDescriptors().limit);
  // A refusal need not wait until the server is loaded.
  prepareDataRoot(config.root);
  const { serve } = await import('./serve.ts');
  const address = await serve(config);
  process.stderr.write(
    `CHL Operations is ready: ${address}/operations (data in ${shortenHomes(config.root)})\n`,
  );
} catch (error) {
  const refusal = toRefusal(error);
  if (!refusal) throw error;
  process.stderr.write(`CHL Operations cannot start. ${shortenHomes(refusal.message)}\n`);
  process.exitCode = 1;
}
