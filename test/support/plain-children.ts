// tap puts its own loaders into the environment of every child process. Our children must start as they do for users:
// with the environment they are given, and fast. Files that start processes import this first.
import processOnSpawn from 'process-on-spawn';

processOnSpawn.removeAllListeners();
for (const name of Object.keys(process.env)) {
  if (name === 'NODE_OPTIONS' || name.startsWith('_TAPJS_')) delete process.env[name];
}
