// Leaves an orphan in a new session that ignores SIGTERM and holds stdout; then ends.
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('setsid', ['sh', '-c', 'trap "" TERM; sleep 600 >&2 & echo $!'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.stdout.write(stdout);
