// A finished import starts a repair of the index, where the flag auto-repair is on.
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { flags } from '../../src/flags/feature.ts';
import { isOnFor } from '../../src/flags/flag.ts';
import { index } from '../../src/index/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { makeFolder } from '../support/folder.ts';
import { admin, run, startWithClock, wanted } from '../support/windows.ts';

async function share(app: TestApp, percent: number) {
  const edit = { key: 'auto-repair', to: { is_on: percent > 0, percent, note: null } };
  await app.use(flags).flags.change([edit], systemRequester, { reason: 'a test needs it' });
}

const repairsOf = ({ parts }: TestApp) =>
  parts.repository.newest(50).filter(({ operation }) => operation === 'repair');

const decided = (app: TestApp) => app.use(index).autoRepair?.settled();

t.test('an import starts one repair, by the system, with its reason', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  await app.run('index');
  t.strictSame(repairsOf(app), [], 'the flag is off by default');
  await share(app, 100);
  await app.run('import', { dry_run: true });
  await decided(app);
  t.strictSame(repairsOf(app), [], 'a dry run changes nothing');
  const accepted = repairAccepted(app);
  const { number, id } = await app.run('import');
  const repair = await accepted;
  await app.whenJob(repair);
  t.match(repairsOf(app), [
    {
      number: repair,
      status: 'succeeded',
      requested_by: 'system',
      reason: `Import #${number} has finished, and the flag auto-repair is on.`,
    },
  ]);
  const rows = app.ops.prepare(`SELECT actor, reason FROM audit WHERE event = 'job.accepted' AND target = ?`);
  t.match(rows.all(`job:${repair}`), [{ actor: 'system', reason: /auto-repair/ }]);
  await endImport(app, { id, number });
  t.equal(repairsOf(app).length, 1, 'not twice');
});

t.test('the share decides by the number of the import', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  await share(app, 50);
  const isIn = (number: number) => isOnFor('auto-repair', { is_on: true, percent: 50 }, String(number));
  for (let i = 0; i < 4; i++) {
    const { number } = await app.run('import');
    await decided(app);
    const starts = repairsOf(app).some(({ reason }) => reason?.startsWith(`Import #${number} `));
    t.equal(starts, isIn(number), `import #${number}`);
    for (const repair of repairsOf(app)) await app.whenJob(repair.number);
  }
});

/** As if this job were an import. */
async function endImport(app: TestApp, { id, number }: { id: string; number: number }) {
  app.bus.emit('job', { id, number, operation: 'import', status: 'succeeded', request_id: null });
  await decided(app);
}

for (const level of ['frozen', 'read_only'] as const)
  t.test(`not in a window that is ${level}`, async (t) => {
    const { app } = await startWithClock(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
    await share(app, 100);
    const ended = await app.run('export');
    const window = await app.parts.windows.start(wanted(level), admin);
    await endImport(app, ended);
    t.strictSame(repairsOf(app), []);
    const lines = await app.json(`/api/v1/log?job=${ended.number}&text=repair`);
    t.match(lines.body.items, [
      {
        level: 'info',
        text: `no repair was started after the import: maintenance is ${level}; it starts when that has ended`,
      },
    ]);
    await app.parts.windows.end(window.id, admin);
    await endImport(app, ended);
    t.equal(repairsOf(app).length, 1);
  });

/** Makes an import of an ended job, without an event of it: as if the server had not survived it. */
function importUnseen(app: TestApp, { number }: { number: number }) {
  app.ops.prepare(`UPDATE job SET operation = 'import' WHERE number = ?`).run(number);
  return `Import #${number} has finished, and the flag auto-repair is on.`;
}

t.test('after an import in a window it starts once when that has ended', async (t) => {
  const { app } = await startWithClock(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  await share(app, 100);
  const ended = await app.run('export');
  const window = await app.parts.windows.start(wanted('frozen'), admin);
  const reason = importUnseen(app, ended);
  app.bus.emit('maintenance');
  await decided(app);
  t.strictSame(repairsOf(app), [], 'not while the window is under way');
  await app.parts.windows.end(window.id, admin);
  await decided(app);
  t.match(repairsOf(app), [{ reason, requested_by: 'system' }]);
  app.bus.emit('maintenance');
  await decided(app);
  t.equal(repairsOf(app).length, 1);
});

t.test('after an import that the server did not survive it starts once at the next start', async (t) => {
  const env = { CHL_OPERATIONS_MODE: 'noop' };
  const root = makeFolder(t);
  const first = await startApp(t, { env, root });
  importUnseen(first, await first.run('export'));
  await share(first, 100);
  await first.close();
  const second = await startApp(t, { env, root });
  await decided(second);
  t.strictSame(repairsOf(second), [], 'the flag was off at that import');
  const reason = importUnseen(second, await second.run('export'));
  await second.close();
  const third = await startApp(t, { env, root });
  await decided(third);
  t.match(repairsOf(third), [{ reason, requested_by: 'system' }]);
  await third.close();
  const fourth = await startApp(t, { env, root });
  await decided(fourth);
  t.equal(repairsOf(fourth).length, 1);
});

t.test('not while a repair waits', async (t) => {
  const { app } = await startWithClock(t);
  await share(app, 100);
  const ended = await app.run('export');
  const { body: sleeping } = await run(app, 'import');
  await app.whenJob(sleeping.number, 'running');
  const { body: repair } = await run(app, 'repair', { when_locked: 'wait' });
  await endImport(app, ended);
  t.match(repairsOf(app), [{ number: repair.number, status: 'queued' }]);
  await app.json(`/api/v1/operations/jobs/${repair.number}/cancel`, {});
  await endImport(app, ended);
  t.match(repairsOf(app), [{ requested_by: 'system', status: 'queued' }, { number: repair.number }]);
});

function repairAccepted({ bus }: TestApp): Promise<number> {
  return new Promise((resolve) => {
    bus.on('job', ({ operation, number }) => {
      if (operation === 'repair') resolve(number);
    });
  });
}
