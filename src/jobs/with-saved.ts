// The settings of a script or worker.
import { type Config, readScriptEnvironment } from '../core/config.ts';
import { applySavedSettings } from '../core/db/saved-settings.ts';

/** A process of the server has got the values of the server in its environment; one that is started by hand reads the saved
 *  ones. */
export function withSaved(config: Config): Config {
  if (readScriptEnvironment().job.id !== '') return config;
  applySavedSettings(config);
  for (const warning of config.warnings) process.stderr.write(`${warning}\n`);
  return config;
}
