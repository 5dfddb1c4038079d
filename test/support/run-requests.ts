// Requests to routes of runbooks and runs, for action-requests.ts.
import { systemRequester } from '../../src/core/audit.ts';
import { plainFields } from '../../src/documents/document.ts';
import { documents } from '../../src/documents/feature.ts';
import type { TestApp } from './app.ts';
import { post, type Requests, type Sender, submit } from './request-sender.ts';

/** Step 6 of `disk-full` checks a database. */
const slug = 'disk-full';
const stepWithOperation = 6;

export const ofRuns = {
  'POST /api/v1/runbooks/:slug/runs': (app) => post(app, `/api/v1/runbooks/${slug}/runs`),
  'POST /ui/runbooks/:slug/runs': (app) => submit(app, `/ui/runbooks/${slug}/runs`),
  'POST /api/v1/runs/:number/steps/:step': async (app) =>
    post(app, `/api/v1/runs/${await startRun(app)}/steps/1`, { state: 'done' }),
  'POST /ui/runs/:number/steps/:step': async (app) =>
    submit(app, `/ui/runs/${await startRun(app)}/steps/1`, { state: 'skipped', note: 'not needed' }),
  'POST /ui/runs/:number/steps/:step/run': async (app) =>
    submit(app, `/ui/runs/${await startRun(app)}/steps/${stepWithOperation}/run`, { when_locked: 'wait' }),
  'POST /api/v1/runs/:number/finish': async (app) => post(app, `/api/v1/runs/${await skipAll(app)}/finish`),
  'POST /ui/runs/:number/finish': async (app) => submit(app, `/ui/runs/${await skipAll(app)}/finish`),
  'POST /api/v1/runs/:number/stop': async (app) => post(app, `/api/v1/runs/${await startRun(app)}/stop`),
  'POST /ui/runs/:number/stop': async (app) => submit(app, `/ui/runs/${await startRun(app)}/stop`),
} satisfies Requests;

/** A destructive step without a reason and the word. */
export async function runUnconfirmed(app: Sender): Promise<Response> {
  await addRollback(app);
  return post(app, `/api/v1/runs/${await startRun(app, 'go-back')}/steps/1`, { run: true });
}

/** A runbook of two steps: the first one rolls the index back. */
export async function addRollback(app: Pick<TestApp, 'use'>) {
  const fields = { ...plainFields, title: 'Go back', body: '- [ ] [Roll back](op:rollback)\n- [ ] Look\n' };
  const by = systemRequester;
  await app.use(documents).documents.save({ kind: 'runbook', slug: 'go-back' }, fields, { version: 0, by });
}

async function startRun(app: Sender, of = slug): Promise<number> {
  const answer = await post(app, `/api/v1/runbooks/${of}/runs`);
  return ((await answer.json()) as { number: number }).number;
}

async function skipAll(app: Sender): Promise<number> {
  const run = await startRun(app);
  const { body } = await app.json(`/api/v1/runs/${run}`, undefined, app.headers);
  for (const { n } of body.steps as { n: number }[])
    await post(app, `/api/v1/runs/${run}/steps/${n}`, { state: 'skipped', note: 'not needed' });
  return run;
}
