// Leaves an orphan in a new session that ignores SIGTERM and holds stdout; then ends.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { stdout } = spawnSync('setsid', ['sh', '-c', 'trap "" TERM; sleep 600 >&2 & echo $!'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});
// The shell prints the pid before its fork becomes `sleep`, the name that tests look for.
while (readFileSync(`/proc/${stdout.trim()}/comm`, 'utf8') !== 'sleep\n');
process.stdout.write(stdout);
