// Leaves a process in a session of its own that ignores SIGTERM, holds stdout, and has no parent; then ends.
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('setsid', ['sh', '-c', 'trap "" TERM; sleep 600 >&2 & echo $!'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.stdout.write(stdout);
