// When a job is reported as ended, every reader shows its result: looked at in the event itself, without a wait.
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { JobEvent } from '../../src/core/bus.ts';
import { type Job, isTerminal } from '../../src/jobs/job.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

/** Runs an operation; `look` is called in the event of its end. */
async function runAndLook<T>(app: TestApp, operation: string, look: () => T, args = {}) {
  const { bus, repository } = app.parts;
  const seen = new Promise<{ job: Job; at: T }>((resolve) => {
    bus.on('job', function onEnd({ id, status, operation: name }: JobEvent) {
      if (!isTerminal(status) || name !== operation) return;
      bus.off('job', onEnd);
      resolve({ job: repository.find(id) as Job, at: look() });
    });
  });
  await app.run(operation, args);
  return seen;
}

async function start(t: Test) {
  const app = await startApp(t, { env: { CHL_TELEMETRY_INTERVAL_SEC: '3600' } });
  return { app, state: () => app.parts.liveIndex.indexState() };
}

t.test('the index, its download and its card show a generation when its job has ended', async (t) => {
  const { app, state } = await start(t);
  const imported = await runAndLook(app, 'import', state);
  t.match(imported.at, { state: 'none', entries: 72, missing: 72 });
  const first = await runAndLook(app, 'index', () => ({
    state: state(),
    zip: fetch(`${app.origin}/ui/index/download`, { method: 'HEAD' }),
    card: app.page('/ui/operations/index'),
  }));
  const { generation } = first.job.result as { generation: string };
  t.match(first.at.state, { state: 'ready', generation, fresh: 72 });
  t.equal((await first.at.zip).status, 200);
  t.match(textOf((await first.at.card).html, 'section'), 'Ready');
  const second = await runAndLook(app, 'index', state);
  t.equal(second.at.generation, (second.job.result as { generation: string }).generation);
  t.not(second.at.generation, generation);
  const back = await runAndLook(app, 'rollback', state);
  t.match(back.at, { state: 'ready', generation });
});

t.test('the state counts what an import has changed, and what a repair has made good', async (t) => {
  const { app, state } = await start(t);
  await app.run('import');
  await app.run('index');
  const file = path.join(app.root, 'sheets/published/experiences.csv');
  const sheet = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, sheet.replace('Commit one logical change', 'Commit one change'));
  const imported = await runAndLook(app, 'import', state);
  t.match(imported.at, { state: 'behind', entries: 72, orphans: 0 });
  const repaired = await runAndLook(app, 'repair', state);
  t.match(repaired.at, { state: 'ready', fresh: 72 });
});
