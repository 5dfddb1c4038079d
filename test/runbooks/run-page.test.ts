// A run on its page and in the API: real jobs tick steps, dialogs and refusals are the ordinary ones.
import '../support/plain-children.ts';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { plainFields } from '../../src/documents/document.ts';
import { documents } from '../../src/documents/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { card, textOf } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';

const body = `
Before the steps.

- [ ] Look at the checks
  They are on [Checks](/checks). <script>alert(1)</script>
- [ ] [Repair](op:repair)
- [ ] [Recount](op:recount)
- [ ] [Roll back](op:rollback)
- [ ] [Back up](op:backup?include_index=false&note=by+hand)
`;

type Step = { n: number; state: string; job: { number: number; status: string } | null };

async function addRunbook(app: TestApp, slug: string, text: string) {
  const by = { version: 0, by: systemRequester };
  await app
    .use(documents)
    .documents.save({ kind: 'runbook', slug }, { ...plainFields, title: slug, body: text }, by);
}

t.test('a run', async (t) => {
  const noService = { CHL_EMBEDDING_URL: 'http://127.0.0.1:2/', CHL_EMBEDDING_MODEL: 'm' };
  const app = await startWithRoles(t, (t) => startApp(t, { env: noService }));
  await addRunbook(app, 'trial', body);
  const operator = as('operator');
  const step = (n: number, given: object, sender = as('admin')) =>
    app.json(`/api/v1/runs/1/steps/${n}`, given, sender);
  const stateOf = async (n: number) => {
    const { body } = await app.json('/api/v1/runs/1');
    return (body.steps as Step[])[n - 1];
  };

  await t.test('is started from its runbook', async (t) => {
    const page = await app.page('/runbooks/trial', as('viewer'));
    t.match(textOf(page.html, '#one-runbook'), 'Runs Recount and ticks itself when it succeeded.');
    t.equal(page.html.querySelector('#start-run')?.getAttribute('aria-disabled'), 'true');
    t.notMatch(page.text, '<script>alert');
    const answer = await app.submit('/ui/runbooks/trial/runs', { incident: '' }, operator);
    t.equal(answer.status, 303);
    t.equal(answer.headers.get('location'), '/runs/1');
    const { html } = await app.page('/runs/1', operator);
    t.match(textOf(html, '#h-run'), 'trial 0 of 5');
    t.equal(html.querySelectorAll('#run-1-card .step').length, 5);
    t.equal(html.querySelector('[aria-current="step"]')?.id, 'step-1-1');
    t.equal(
      html.querySelectorAll('#run-1-card [role="checkbox"]').length,
      1,
      'only the step by hand has a box',
    );
    t.match(textOf(html, '#why-finish'), '5 are left');
    const viewer = await app.page('/runs/1', as('viewer'));
    for (const id of ['tick-step-1-1', 'skip-step-1-2', 'run-step-1-3', 'stop-run'])
      t.equal(viewer.html.querySelector(`#${id}`)?.getAttribute('aria-disabled'), 'true', id);
    t.equal((await app.page('/runs/2')).status, 404);
    t.equal((await app.page('/runs/x')).status, 404);
  });

  await t.test('a job that fails leaves the step open, one that succeeds ticks it, live', async (t) => {
    const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=run-1', operator);
    const { body: run } = await step(2, { run: true }, operator);
    const failing = run.steps[1].job.number;
    t.match(await app.whenJob(failing), { status: 'failed' });
    t.match(await stateOf(2), { state: 'open', job: { number: failing, status: 'failed' } });
    const { html } = await app.page('/runs/1');
    t.match(textOf(html, '#step-1-2'), `#${failing} failed, so the step stays open.`);
    t.match(textOf(html, '#run-step-1-2'), 'Run again… Repair index');

    const form = await app.page('/ui/runs/1/steps/3/run', operator);
    t.equal(form.html.querySelector('form[action="/ui/runs/1/steps/3/run"]')?.getAttribute('method'), 'post');
    const sent = await app.submit('/ui/runs/1/steps/3/run', { key: 'one' }, operator);
    t.equal(sent.headers.get('location'), '/runs/1');
    const twice = await app.submit('/ui/runs/1/steps/3/run', { key: 'one' }, operator);
    t.equal(twice.status, 303, 'a double click starts one job');
    const job = (await stateOf(3))?.job?.number ?? 0;
    t.match(await app.whenJob(job), { status: 'succeeded', operation: 'recount', requested_by: 'operator' });
    t.match(await stateOf(3), { state: 'done', job: { number: job } });
    const isTold = ({ event, data }: { event: string; data: string }) =>
      event === 'run-1' && data.includes('counters agree');
    t.match((await stream.until(isTold)).data, /Done <time.*by operator/s);
    stream.close();
  });

  await t.test('its refusals are those of the operation', async (t) => {
    t.match(await step(4, { run: true }, operator), { status: 403, body: { error: { code: 'forbidden' } } });
    t.match(await step(4, { run: true }), {
      status: 422,
      body: { error: { code: 'confirmation_required' } },
    });
    const dialog = await app.submit('/ui/runs/1/steps/4/run', {});
    t.equal(dialog.status, 422);
    t.match(await dialog.text(), 'Type rollback to confirm.');
    const confirmed = { run: true, reason: 'a test needs it', confirm: 'rollback' };
    t.match(await step(4, confirmed), { body: { error: { code: 'index_missing' } } });
    t.match(await step(4, { run: true, args: { colour: 1 } }), { status: 422 });
    t.match(await step(1, { run: true }), { status: 409, body: { error: { code: 'wrong_state' } } });
    t.match(await step(3, { run: true }), { status: 409 });
    t.match(await step(3, { state: 'open' }), { status: 409 });
    t.match(await step(9, { state: 'done' }), { status: 404 });
    t.match(await step(1, { state: 'done' }, as('viewer')), { status: 403 });
    for (const wrong of [{}, { state: 'done', run: true }, { run: false }, { state: 'ticked' }])
      t.equal((await step(1, wrong)).status, 422, JSON.stringify(wrong));
    t.match(await stateOf(4), { state: 'open', job: null });
  });

  await t.test('a step gets the arguments of its link, which the dialog shows and may change', async (t) => {
    const { html } = await app.page('/ui/runs/1/steps/5/run');
    t.equal(html.querySelector('#arg-note')?.getAttribute('value'), 'by hand');
    t.notOk(html.querySelector('#arg-include_index')?.hasAttribute('checked'));
    const changed = await app.page('/ui/runs/1/steps/5/run?form=1&include_index=true&note=');
    t.ok(changed.html.querySelector('#arg-include_index')?.hasAttribute('checked'));
    t.equal(changed.html.querySelector('#arg-note')?.getAttribute('value'), '');
    const { body: run } = await step(5, { run: true, args: { note: 'by a test' } }, operator);
    const job = await app.whenJob(run.steps[4].job.number);
    t.match(job, { status: 'succeeded', args: { include_index: false, note: 'by a test' } });
    t.match(await stateOf(5), { state: 'open', job: { number: job.number } });
    const { html: open } = await app.page('/runs/1');
    t.match(textOf(open, '#step-1-5'), `#${job.number} ran with other arguments, so the step stays open.`);
    const form = { key: 'again', include_index: 'false', note: 'by hand' };
    t.equal((await app.submit('/ui/runs/1/steps/5/run', form, operator)).status, 303);
    t.match(await app.whenJob((await stateOf(5))?.job?.number ?? 0), { status: 'succeeded' });
    t.match(await stateOf(5), { state: 'done' });
  });

  await t.test('people tick, skip with a note, open again and finish', async (t) => {
    const post = (path: string, form: Record<string, string>) =>
      app.submit(`/ui/runs/1/${path}`, form, operator);
    t.equal((await post('finish', {})).status, 409);
    t.equal((await post('steps/1', { state: 'done', note: 'well' })).headers.get('location'), '/runs/1');
    t.match(textOf((await app.page('/runs/1')).html, '#step-1-1'), /by operator, .*“well”/);
    t.equal((await post('steps/1', { state: 'open' })).status, 303);
    t.match(await stateOf(1), { state: 'open', at: null });
    const short = await post('steps/2', { state: 'skipped', note: 'no' });
    t.equal(short.status, 422);
    t.match(await short.text(), 'Write why the step is skipped, in at least 3 characters.');
    for (const n of [2, 4]) await post(`steps/${n}`, { state: 'skipped', note: 'not needed' });
    await post('steps/1', { state: 'done' });
    t.equal((await post('finish', {})).status, 303);
    const { html } = await app.page('/runs/1');
    t.match(textOf(html, '#h-run'), 'trial Done');
    t.equal(html.querySelectorAll('#run-1-card button').length, 0, 'nothing can be changed');
    t.equal((await post('steps/1', { state: 'open' })).status, 409);
    t.match(textOf((await app.page('/status')).html, '#status-card'), /Last run: “trial”, done in \d+ s,/);
    t.match(textOf((await app.page('/runbooks/trial')).html, '#one-runbook'), /Run 1 .* operator Done/);
  });

  await t.test('is offered beside the finding that names its runbook, until that is removed', async (t) => {
    await app.parts.checker.runOnce();
    const links = async (page: string, place: string) =>
      (await app.page(page)).html
        .querySelectorAll(`${place} a`)
        .map((link) => `${link.text.trim()} ${link.getAttribute('href')}`);
    const wanted = 'Runbook: Queue stands still /runbooks/queue-stands-still';
    t.ok((await links('/checks', '#checks-card')).includes(wanted));
    t.ok((await links('/operations', card.banners)).includes(wanted));
    const seeded = { kind: 'runbook', slug: 'queue-stands-still' } as const;
    await app.use(documents).documents.remove(seeded, systemRequester);
    t.notOk((await links('/checks', '#checks-card')).includes(wanted));
    t.notOk((await links('/operations', card.banners)).includes(wanted));
  });

  await t.test('is stopped in a dialog, and leaves one audit row a change', async (t) => {
    t.match(await app.json('/api/v1/runbooks/trial/runs', {}, operator), {
      status: 201,
      body: { number: 2 },
    });
    t.match((await app.page('/ui/runs/2/stop')).text, '0 of 5 steps are done or skipped.');
    t.equal((await app.submit('/ui/runs/2/stop', {}, operator)).status, 303);
    t.match((await app.json('/api/v1/runs/2')).body, { outcome: 'stopped', steps_done: 0 });
    const stopped = textOf((await app.page('/runs/2')).html, '#run-2-card');
    t.match(stopped, /by operator\. Stopped .*, took .* Not reached: Look at the checks/);
    t.notMatch(stopped, /Open:|Runs an operation:|ticks itself when the job/);
    t.match(stopped, 'Not reviewed yet');
    const events = app.ops
      .prepare(
        `SELECT event FROM audit WHERE event LIKE 'run.%' AND outcome = 'ok' AND target = 'run:2' ORDER BY id`,
      )
      .pluck()
      .all();
    t.strictSame(events, ['run.started', 'run.ended']);
    t.match(await app.json('/api/v1/runbooks/none/runs', {}), { status: 404 });
    t.match(await app.json('/api/v1/runbooks/trial/runs', { incident: 77 }), { status: 404 });
  });
});
