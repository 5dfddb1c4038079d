// The settings of a script or worker.
import { type Config, readScriptEnvironment } from '../core/config.ts';
import { applySavedSettings } from '../core/db/saved-settings.ts';
import { adviseOnDatabases } from '../damage/advise.ts';

/** A process of the server has got the values of the server in its environment; one that is started by hand reads the saved
 *  ones. */
export function withSaved(config: Config): Config {
  adviseOnDatabases(config, () => true);
  if (readScriptEnvironment().job.id !== '') return config;
  applySavedSettings(config);
  for (const warning of config.warnings) process.stderr.write(`${warning}\n`);
  return config;
}
