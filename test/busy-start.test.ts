// A server that starts and stops while another process writes ops.db again and again.
import './support/plain-children.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { startApp } from './support/app.ts';
import { makeFolder } from './support/folder.ts';

const busyMs = 80;
const freeMs = 60;

/** Holds the database for `busyMs`, frees it for `freeMs`, and so on until the test ends. */
async function writeAgainAndAgain(t: Test, file: string) {
  const driver = new URL('../src/core/db/driver.js', import.meta.url);
  const source = `import { connect } from ${JSON.stringify(driver)};
  const db = connect(${JSON.stringify(file)}, { timeout: 5000 });
  const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  for (let isAnnounced = false; ; isAnnounced = true) {
    db.exec('BEGIN IMMEDIATE');
    if (!isAnnounced) process.send('writes');
    pause(${busyMs});
    db.exec('COMMIT');
    pause(${freeMs});
  }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  t.teardown(() => {
    child.kill('SIGKILL');
    return ended;
  });
  await once(child, 'message');
}

t.test('a server starts and stops while another process writes ops.db, and records both', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { root });
  await first.close();
  await writeAgainAndAgain(t, first.config.opsDatabasePath);
  const rounds = 2;
  for (let round = 0; round < rounds; round++) await (await startApp(t, { root })).close();

  const last = await startApp(t, { root });
  const { body: audit } = await last.json('/api/v1/audit?limit=100');
  const counts = (event: string) =>
    audit.items.filter((row: { event: string }) => row.event === event).length;
  t.same([counts('server.started'), counts('server.stopped')], [rounds + 2, rounds + 1]);
  const { body: starts } = await last.json('/api/v1/starts');
  t.same(
    starts.items.map(({ end }: { end: string | null }) => end),
    [null, ...Array(rounds + 1).fill('stopped')],
  );
  t.equal(last.ops.pragma('busy_timeout', { simple: true }), 20, 'requests never block the others for long');
});
