// Uses up every descriptor of this process, then tries to start a child, and prints the outcome.
import { openSync } from 'node:fs';
import { spawnChild } from '../../../src/runner/child.ts';

const ignore = () => {};
try {
  for (;;) openSync('/dev/null', 'r');
} catch {
  const child = spawnChild(
    ['/bin/true'],
    { cwd: '/', env: {}, marker: 'none.1', root: '/nowhere', tracking: 'group' },
    { onStdout: ignore, onStderr: ignore, onMessages: ignore, descendants: null },
  );
  const message = await child.exited.then(String, (error: Error) => error.message);
  process.stdout.write(`${message}, left: ${JSON.stringify(await child.end(0))}\n`);
}
