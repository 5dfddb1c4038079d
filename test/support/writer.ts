// Another program that writes to a database: every 5 ms, until the test ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { packageRoot } from '../../src/core/config.ts';
import type { Scope } from './library.ts';

/** Resolves after its first write. */
export async function startWriter(t: Scope, file: string, ...statements: string[]) {
  const driver = path.join(packageRoot, 'dist/src/core/db/driver.js');
  const program = `
    const { connect } = await import(${JSON.stringify(driver)});
    const db = connect(${JSON.stringify(file)}, { timeout: 5000 });
    const writes = ${JSON.stringify(statements)}.map((text) => db.prepare(text));
    const work = db.transaction(() => writes.forEach((write) => write.run()));
    work.immediate();
    setInterval(() => work.immediate(), 5);
    console.log('ready');
  `;
  const writer = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => writer.kill('SIGKILL'));
  await once(writer.stdout, 'data');
}
