import '../support/plain-children.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';

t.test('a child ends when a signal ends its parent', async (t) => {
  const module = new URL('../../scripts/end-with-us.js', import.meta.url);
  const source = `import { spawn } from 'node:child_process';
    import { endWithUs } from ${JSON.stringify(module)};
    endWithUs(spawn('sleep', ['20'], { stdio: 'inherit' }));
    process.stdout.write('started');`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', source]);
  await once(parent.stdout, 'data');
  parent.kill('SIGTERM');
  // The output closes when no process holds it any more.
  const [code] = await once(parent, 'close');
  t.equal(code, 1);
});
