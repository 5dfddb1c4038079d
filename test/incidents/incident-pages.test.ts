// The pages, the dialogs and the API of incidents, in one server.
import type { HTMLElement as Html } from 'node-html-parser';
import t from 'tap';
import { incidentStore } from '../../src/incident-store/feature.ts';
import { startApp } from '../support/app.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { addError } from '../support/errors.ts';
import { fieldProblems, textOf } from '../support/screen.ts';

t.test('incidents in a server', async (t) => {
  const app = await startApp(t);
  const empty = await app.page('/incidents');
  t.match(
    textOf(empty.html, '#incident-list'),
    'No incident yet. One opens by itself when an error lasts 5 minutes.',
  );
  t.match(textOf(empty.html, '#incident-list'), '–');
  t.equal(textOf(empty.html, '#incident-list').split('No incident yet.').length, 2, 'said once');

  await t.test('a failed job, a group of errors: prefilled, and linked both ways', async (t) => {
    const { repository } = app.parts;
    const failed = insertJob(repository, { operation: 'repair' });
    endJob(repository, failed, 'failed');
    const source_ref = `job:${failed.number}`;
    const dialog = await app.page(`/ui/incidents/open?source_ref=${source_ref}`);
    const title = dialog.html.querySelector('#incident-title')?.getAttribute('value') ?? '';
    t.match(title, `#${failed.number}`);
    t.match(textOf((await app.page(`/jobs/${failed.number}`)).html, '.job-main'), 'Open incident…');
    const opened = await app.submit('/ui/incidents/open', { title, severity: '2', source_ref });
    t.equal(opened.headers.get('location'), '/incidents/1');
    t.match(textOf((await app.page(`/jobs/${failed.number}`)).html, '.job-main'), 'Incident #1');
    t.match(
      textOf((await app.page('/incidents/1')).html, '[aria-label="Linked things"]'),
      /Job #\d+ .*Failed/,
    );
    const own = (await app.page('/incidents/1')).html;
    t.match(textOf(own, '.incident-timeline'), /^Job failed (?!by)/, 'nobody failed it');
    t.match(textOf(own, '[aria-labelledby="h-details"]'), new RegExp(`Source Job #${failed.number}`));
    t.match(textOf(own, '[aria-labelledby="h-details"]'), /Mitigate due .*Owner none/);
    t.notMatch((await app.page('/ui/incidents/1/close')).text, 'If its cause comes back');
    const again = await app.page(`/ui/incidents/open?source_ref=${source_ref}`);
    t.match(textOf(again.html, '#dialog-submit'), 'Show incident #1');
    const refused = await app.json('/api/v1/incidents', { title: 'x', severity: 3, source_ref });
    t.match(refused, { status: 409, body: { error: { code: 'wrong_state', details: { number: 1 } } } });

    const group = await addError(app, { message: 'disk is gone' });
    const page = await app.page(`/errors/${group}`);
    t.match(textOf(page.html, '#one-error'), 'Open incident…');
    const other = await app.json('/api/v1/incidents', {
      title: 'Errors',
      severity: 4,
      source_ref: `error:${group}`,
    });
    t.equal(other.status, 201);
    t.notSame(other.body.services, ['server'], 'its place, no internal word');
    const linked = other.body.entries[0];
    t.match(linked, { actor: 'root', text: /^Linked/ });
    const { last_at } = (await app.json(`/api/v1/errors/${group}`)).body;
    t.ok(linked.at > last_at, 'the time of the linking, not of the error');
    t.match(textOf((await app.page(`/errors/${group}`)).html, '#one-error'), 'Incident #2');
  });

  await t.test('a refused form says why, and keeps what was typed', async (t) => {
    const answer = await app.submit('/ui/incidents/1/close', { resolution: 'short', post_mortem: 'on' });
    t.equal(answer.status, 422);
    const { html } = await parsed(answer);
    t.same(fieldProblems(html), { resolution: 'Resolution: write at least 10 characters.' });
    t.match(textOf(html, '#resolution'), 'short');
    const note = await parsed(await app.submit('/ui/incidents/1/notes', { text: ' ' }));
    t.match(textOf(note.html, '#incident-note-problem'), 'Note: write at least one character.');
  });

  await t.test('the page shows moves, notes and action items', async (t) => {
    await app.submit('/ui/incidents/1/notes', { text: '<b>Looking</b>' });
    await app.submit('/ui/incidents/1/items', { text: 'Renew keys', owner: 'anna', due: '2020-01-01' });
    await app.submit('/ui/incidents/1/mitigate', {});
    const { html, text } = await app.page('/incidents/1');
    t.match(textOf(html, '#h-state'), 'Mitigated');
    t.match(textOf(html, '.steps'), 'Renew keys Open. anna, due 1 Jan 2020 overdue');
    t.notMatch(text, '<b>Looking</b>');
    t.match(
      textOf(html, '.incident-timeline'),
      /Job failed.* Incident opened .* Note .* Action item added .* Mitigated/,
    );
    await app.submit('/ui/incidents/1/close', { resolution: 'The sheet was added.', post_mortem: 'on' });
    t.match(textOf((await app.page('/incidents')).html, '[aria-labelledby="h-post-mortems"]'), 'incident #1');
    await app.json('/api/v1/incidents/1/reopen', { reason: 'it is back' });
    const close = await app.page('/ui/incidents/1/close');
    t.notOk(close.html.querySelector('#post-mortem'), 'it is started once');
    t.ok(close.html.querySelector('a[href="/documents/post_mortem/incident-1"]'));
    await app.submit('/ui/incidents/1/close', { resolution: 'The sheet was added.' });
  });

  await t.test('a runbook is started for an incident, also without one of its own', async (t) => {
    const choices = (html: Html) =>
      html.querySelectorAll('#other-runbook option').map((option) => option.getAttribute('value') ?? '');
    const before = await app.page('/incidents/2');
    t.notOk(before.html.querySelector('#start-runbook'));
    t.ok(choices(before.html).includes('queue-stands-still'));
    const started = await app.submit('/ui/incidents/2/runs', { runbook: 'queue-stands-still' });
    t.equal(started.headers.get('location'), '/runs/1');
    await app.json('/api/v1/runs/1/steps/1', { state: 'skipped', note: 'not needed' });
    await app.submit('/ui/incidents/2/edit', { runbook: 'index-broken' });
    const { html } = await app.page('/incidents/2');
    t.match(textOf(html, '[aria-label="Linked things"]'), 'Queue stands still: 1 of 6 steps.');
    t.match(textOf(html, '#start-runbook'), 'Start “Index is broken”');
    t.notOk(choices(html).includes('index-broken'));
    t.equal((await app.submit('/ui/incidents/2/runs', { runbook: 'none' })).status, 404);
    const failed = insertJob(app.parts.repository, { operation: 'import' });
    endJob(app.parts.repository, failed, 'failed');
    const dialog = await app.page(`/ui/incidents/open?source_ref=job:${failed.number}`);
    const chosen = dialog.html.querySelector('#incident-runbook option[selected]');
    t.equal(chosen?.getAttribute('value'), 'import-went-wrong');
  });

  await t.test('the list keeps its filters in the address; the hub says how many are open', async (t) => {
    const { html } = await app.page('/incidents?status=closed&severity=2&q=repair');
    t.match(textOf(html, '#h-incidents'), '1 matching incident');
    t.equal(html.querySelector('#incidents-q')?.getAttribute('value'), 'repair');
    t.match(
      textOf((await app.page('/incidents?service=none')).html, '#incident-list'),
      'No incidents match these filters.',
    );
    const { body } = await app.json('/api/v1/incidents?status=active&limit=1');
    t.match(body, { items: [{ number: 2, severity: 4, is_overdue: false }], next_cursor: null });
    t.match((await app.page('/status')).text, '1 open, the worst of severity 4');
  });

  await t.test('a post-mortem can be started after the closing', async (t) => {
    await app.json('/api/v1/incidents', { title: 'Late', severity: 4, runbook: 'restore' });
    const shown = await app.page('/incidents/3');
    t.match(textOf(shown.html, '#start-runbook'), 'Start “Restore the library”');
    t.notOk(shown.html.querySelector('#start-post-mortem'));
    const closed = await app.json('/api/v1/incidents/3/close', { resolution: 'It was nothing.' });
    t.match(closed.body, { status: 'closed', resolution: 'It was nothing.', post_mortem_problem: null });
    t.ok((await app.page('/incidents/3')).html.querySelector('#start-post-mortem'));
    t.equal((await app.submit('/ui/incidents/3/post-mortem', {})).headers.get('location'), '/incidents/3');
    const { html } = await app.page('/incidents/3');
    t.notOk(html.querySelector('#start-post-mortem'));
    t.match(textOf(html, '[aria-label="Linked things"]'), 'Post-mortem of incident #3');
    t.equal((await app.submit('/ui/incidents/3/post-mortem', {})).status, 409);
  });

  await t.test('a long timeline has its older entries on pages of their own', async (t) => {
    const { incidentRepository } = app.use(incidentStore);
    const entry = { at: '2026-11-29T12:00:00.000Z', actor: 'x', kind: 'note', ref: null } as const;
    const { number } = (await app.json('/api/v1/incidents', { title: 'Long', severity: 4 })).body;
    for (let at = 2; at <= 250; at++) incidentRepository.addEntry(number, { ...entry, text: `note ${at}.` });
    const { html } = await app.page(`/incidents/${number}`);
    t.equal(html.querySelectorAll('.incident-timeline li').length, 200);
    t.match(textOf(html, '[aria-labelledby="h-timeline"]'), /250 entries; .* 50 older/);
    const href = html.querySelector('[aria-labelledby="h-timeline"] .card-body a')?.getAttribute('href');
    t.equal(href, `/incidents/${number}?before=51#h-older`);
    const older = textOf(
      (await app.page(`/incidents/${number}?before=51`)).html,
      '[aria-labelledby="h-older"]',
    );
    t.match(older, /Incident opened .* note 50\. Newest only/);
    t.match((await app.json(`/api/v1/incidents/${number}`)).body, {
      older_entries: 50,
      entries: [{ seq: 51 }],
    });
    const before = await app.json(`/api/v1/incidents/${number}?entries_before=51`);
    t.match(before.body, { older_entries: 0, entries: [{ seq: 1 }] });
    await app.json(`/api/v1/incidents/${number}/close`, { resolution: 'It was nothing.' });
  });

  await t.test('the API has the timeline, and its moves are guarded', async (t) => {
    const { body } = await app.json('/api/v1/incidents/1');
    t.match(body, {
      status: 'closed',
      links: { post_mortem: 'incident-1' },
      items: [{ n: 1, state: 'open' }],
    });
    const started = body.entries.find(({ text }: { text: string }) => text === 'Post-mortem started');
    t.match(started, {
      kind: 'link',
      ref: 'document:post_mortem/incident-1',
    });
    t.equal((await app.json('/api/v1/incidents/1/mitigate', {})).status, 409);
    t.equal((await app.json('/api/v1/incidents/1/reopen', { reason: 'no' })).status, 422);
    const reopened = await app.json('/api/v1/incidents/1/reopen', { reason: 'it is back' });
    t.match(reopened.body, { status: 'open', resolution: null }, 'the earlier resolution is over');
    t.equal((await app.json('/api/v1/incidents/1/items/1', { state: 'done' })).body.state, 'done');
    for (const kind of ['status', 'link'])
      t.equal((await app.json('/api/v1/incidents/1/entries', { kind, text: 'Closed' })).status, 422, kind);
    t.equal((await app.json('/api/v1/incidents/1/entries', { kind: 'note', text: 'x' })).status, 201);
    t.equal((await app.json('/api/v1/incidents/77')).status, 404);
    t.equal((await app.json('/api/v1/incidents?other=1')).status, 422);
    t.equal((await app.json('/api/v1/incidents', { title: '', severity: 3 })).status, 422);
  });
});

async function parsed(answer: Response) {
  const { parse } = await import('node-html-parser');
  return { html: parse(await answer.text()) };
}
