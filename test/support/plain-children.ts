// tap adds its loaders to the environment of every child process. Our children must start as in production: fast, and with
// the given environment only. Test files that start processes import this file first.
import processOnSpawn from 'process-on-spawn';

processOnSpawn.removeAllListeners();
for (const name of Object.keys(process.env)) {
  if (name === 'NODE_OPTIONS' || name.startsWith('_TAPJS_')) delete process.env[name];
}
