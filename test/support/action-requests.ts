// One working request for each route that changes something, in the order in which test/web/actions.test.ts sends them. A new
// route needs a line here.
import { localDay } from '../../src/core/format.ts';
import { writeIndexedSet } from './backup-set.ts';
import { addBackup } from './backups.ts';
import { addError } from './errors.ts';
import { endJob, insertJob } from './job-repository.ts';
import { filesOf, sheet } from './library.ts';
import { keptUploads, uploadSheet } from './sheet-uploads.ts';
import { toParts } from './snapshots.ts';
import { type Answer, confirmed, post, type Requests, type Sender, send, submit } from './request-sender.ts';
import { ofRuns, runUnconfirmed } from './run-requests.ts';
import { importSettings, ofCredentials, ofSettings } from './settings-requests.ts';
import { leftOver, upload } from './uploads.ts';
import { ofWebhookPages } from './webhook-page-requests.ts';
import { ofDeliveries } from './webhook-requests.ts';
import { buildZip } from './zip.ts';

const repairs = { operation: 'repair', cron: '0 3 * * *' };
const scheduleForm = {
  operation: 'repair',
  preset: 'daily',
  at: '03:00',
  zone: 'UTC',
  missed: 'skip',
  overlap: 'skip',
};

const cost = (name: string) => `/api/v1/costs/${localDay(new Date())}/${name}`;
const costForm = (name: string, verb: string) => `/ui/costs/${localDay(new Date())}/${name}/${verb}`;
const rent = { item: 'other', name: 'rent', amount: '1', note: 'a bill' };
const ofCosts = {
  'PUT /api/v1/costs/:day/:item': (app) =>
    send(app, 'PUT', cost('other:hosting'), { amount: 4.2, note: 'a bill' }),
  'DELETE /api/v1/costs/:day/:item': (app) => send(app, 'DELETE', cost('other:hosting')),
  'POST /ui/costs/enter': (app) => submit(app, '/ui/costs/enter', { ...rent, day: localDay(new Date()) }),
  'POST /ui/costs/:day/:item/edit': (app) =>
    submit(app, costForm('other:rent', 'edit'), { amount: '2', note: 'the right bill' }),
  'POST /ui/costs/:day/:item/remove': (app) => submit(app, costForm('other:rent', 'remove')),
} satisfies Requests;

const announcement = { level: 'announce', reason: 'a test needs it' };
const ofJobs = {
  'POST /api/v1/operations/:operation': (app) =>
    post(app, '/api/v1/operations/repair', { when_locked: 'wait' }),
  'POST /ui/operations/run/:operation': (app) =>
    submit(app, '/ui/operations/run/repair', { when_locked: 'wait' }),
  'POST /api/v1/operations/jobs/:id/retry': (app) =>
    post(app, `/api/v1/operations/jobs/${insertEnded(app)}/retry`, { when_locked: 'wait' }),
  'POST /ui/jobs/:number/retry': (app) =>
    submit(app, `/ui/jobs/${insertEnded(app)}/retry`, { when_locked: 'wait' }),
  'POST /api/v1/operations/jobs/:id/cancel': (app) =>
    post(app, `/api/v1/operations/jobs/${insertQueued(app)}/cancel`),
  'POST /ui/jobs/:number/cancel': (app) => submit(app, `/ui/jobs/${insertQueued(app)}/cancel`),
  'DELETE /api/v1/operations/jobs/:id': (app) =>
    send(app, 'DELETE', `/api/v1/operations/jobs/${insertEnded(app)}`),
  'POST /ui/jobs/:number/remove': (app) => submit(app, `/ui/jobs/${insertEnded(app)}/remove`),
  'POST /api/v1/operations/jobs/bulk': (app) =>
    post(app, '/api/v1/operations/jobs/bulk', { action: 'remove', jobs: [insertEnded(app)] }),
  'POST /ui/jobs/bulk': (app) =>
    submit(app, '/ui/jobs/bulk', { action: 'remove', numbers: String(insertEnded(app)), confirm: '1' }),
} satisfies Requests;

const ofSheets = {
  'POST /api/v1/sheets': (app) => uploadSheet(app, filesOf(sheet())),
  'POST /ui/sources/import': (app) => submit(app, '/ui/sources/import', { sheet: uploaded(app) }),
  'POST /ui/plans/:number/apply': applyPlan,
  async 'DELETE /api/v1/sheets/:id'(app) {
    // A file stays as long as a job reads it.
    const { body } = await app.json('/api/v1/operations/jobs?operation=import&limit=1');
    await app.whenJob(body.items[0].number);
    return send(app, 'DELETE', `/api/v1/sheets/${uploaded(app)}`);
  },
  'POST /ui/sources/upload': (app) => uploadSheet(app, filesOf(sheet()), { place: '/ui/sources/upload' }),
  'POST /ui/sources/remove': (app) => submit(app, '/ui/sources/remove', { sheet: uploaded(app) }),
  'PUT /api/v1/sources/:name': (app) =>
    send(app, 'PUT', '/api/v1/sources/draft', { kind: 'folder', place: 'sheets/draft' }),
  'POST /ui/sources/add': (app) =>
    submit(app, '/ui/sources/add', { name: 'second', kind: 'folder', place: 'sheets/second' }),
  'POST /ui/sources/:name/edit': (app) =>
    submit(app, '/ui/sources/second/edit', { kind: 'folder', place: 'sheets/other' }),
  'POST /api/v1/sources/:name/check': (app) => post(app, '/api/v1/sources/draft/check'),
  'POST /ui/sources/:name/check': (app) => submit(app, '/ui/sources/second/check'),
  'DELETE /api/v1/sources/:name': (app) => send(app, 'DELETE', '/api/v1/sources/draft'),
  'POST /ui/sources/:name/remove': (app) => submit(app, '/ui/sources/second/remove'),
} satisfies Requests;

const ofCaches = {
  'POST /api/v1/caches/:ns/flush': (app) =>
    post(app, '/api/v1/caches/templates/flush', { reason: 'a test needs it' }),
  'POST /ui/caches/:ns/flush': (app) =>
    submit(app, '/ui/caches/templates/flush', { reason: 'a test needs it' }),
} satisfies Requests;

const ofErrors = {
  'POST /api/v1/errors/:id/resolve': async (app) =>
    post(app, `/api/v1/errors/${await openError(app)}/resolve`),
  'POST /api/v1/errors/:id/mute': async (app) => post(app, `/api/v1/errors/${await openError(app)}/mute`),
  'POST /api/v1/errors/:id/open': (app) => post(app, `/api/v1/errors/${lastError(app)}/open`),
  'POST /api/v1/errors/resolve': async (app) =>
    post(app, '/api/v1/errors/resolve', { groups: [await openError(app)] }),
  'POST /api/v1/errors/mute': async (app) =>
    post(app, '/api/v1/errors/mute', { groups: [await openError(app)] }),
  'POST /api/v1/errors/open': (app) => post(app, '/api/v1/errors/open', { groups: [lastError(app)] }),
  'POST /ui/errors/resolve': async (app) =>
    submit(app, '/ui/errors/resolve', { [`group:${await openError(app)}`]: 'on' }),
  'POST /ui/errors/mute': async (app) =>
    submit(app, '/ui/errors/mute', { [`group:${await openError(app)}`]: 'on' }),
  'POST /ui/errors/open': (app) => submit(app, '/ui/errors/open', { [`group:${lastError(app)}`]: 'on' }),
  'POST /ui/errors/:id/resolve': async (app) => submit(app, `/ui/errors/${await openError(app)}/resolve`),
  'POST /ui/errors/:id/mute': async (app) => submit(app, `/ui/errors/${await openError(app)}/mute`),
  'POST /ui/errors/:id/open': (app) => submit(app, `/ui/errors/${lastError(app)}/open`),
} satisfies Requests;

/** Incident 1 is open until it is closed. */
const ofIncidents = {
  'POST /api/v1/incidents': (app) => post(app, '/api/v1/incidents', { title: 'Imports fail', severity: 2 }),
  'POST /ui/incidents/open': (app) => submit(app, '/ui/incidents/open', { title: 'One more', severity: '3' }),
  'PUT /api/v1/incidents/:number': (app) => send(app, 'PUT', '/api/v1/incidents/1', { owner: 'ada' }),
  'POST /ui/incidents/:number/edit': (app) => submit(app, '/ui/incidents/1/edit', { owner: 'ben' }),
  'POST /api/v1/incidents/:number/entries': (app) =>
    post(app, '/api/v1/incidents/1/entries', { kind: 'note', text: 'Looking.' }),
  'POST /ui/incidents/:number/notes': (app) => submit(app, '/ui/incidents/1/notes', { text: 'Looking.' }),
  'POST /ui/incidents/:number/runs': (app) =>
    submit(app, '/ui/incidents/1/runs', { runbook: 'queue-stands-still' }),
  'POST /api/v1/incidents/:number/items': (app) =>
    post(app, '/api/v1/incidents/1/items', { text: 'Renew the key' }),
  'POST /ui/incidents/:number/items': (app) =>
    submit(app, '/ui/incidents/1/items', { text: 'Write it down' }),
  'POST /api/v1/incidents/:number/items/:n': (app) =>
    post(app, '/api/v1/incidents/1/items/1', { state: 'done' }),
  'POST /ui/incidents/:number/items/:n': (app) => submit(app, '/ui/incidents/1/items/2', { state: 'done' }),
  'POST /api/v1/incidents/:number/mitigate': (app) => post(app, '/api/v1/incidents/1/mitigate'),
  'POST /api/v1/incidents/:number/reopen': (app) =>
    post(app, '/api/v1/incidents/1/reopen', { reason: 'it is back' }),
  'POST /ui/incidents/:number/mitigate': (app) => submit(app, '/ui/incidents/1/mitigate'),
  'POST /ui/incidents/:number/reopen': (app) =>
    submit(app, '/ui/incidents/1/reopen', { reason: 'it is back' }),
  'POST /api/v1/incidents/:number/close': (app) =>
    post(app, '/api/v1/incidents/1/close', { resolution: 'The key was renewed.' }),
  'POST /ui/incidents/:number/close': (app) =>
    submit(app, '/ui/incidents/2/close', { resolution: 'It was the same.' }),
  'POST /ui/incidents/:number/post-mortem': (app) => submit(app, '/ui/incidents/2/post-mortem'),
} satisfies Requests;

const ofIndex = {
  'POST /api/v1/index/snapshot': (app) => upload(app, buildZip(toParts(app.members))),
  'POST /api/v1/index/snapshot/discard': (app) =>
    post(app, '/api/v1/index/snapshot/discard', { staged_id: idOf('staged', leftOver(app)) }),
  'POST /api/v1/backups/:id/index': async (app) =>
    post(app, `/api/v1/backups/${await writeIndexedSet(app)}/index`),
  'POST /ui/backups/:id/index': async (app) => submit(app, `/ui/backups/${await writeIndexedSet(app)}/index`),
  'POST /ui/index/upload': (app) =>
    upload(app, buildZip(toParts(app.members)), {}, { place: '/ui/index/upload' }),
  'POST /ui/index/discard': (app) =>
    submit(app, '/ui/index/discard', { staged_id: idOf('staged', leftOver(app)) }),
  'POST /api/v1/queue/retry-failed': (app) => post(app, '/api/v1/queue/retry-failed', {}),
  'POST /ui/queue/retry-failed': (app) => submit(app, '/ui/queue/retry-failed'),
  'POST /api/v1/queue/pause': (app) => post(app, '/api/v1/queue/pause', { kind: 'manual' }),
  'POST /api/v1/queue/resume': (app) => post(app, '/api/v1/queue/resume', { kind: 'manual' }),
  'POST /ui/queue/pause': (app) => submit(app, '/ui/queue/pause', { kind: 'manual' }),
  'POST /ui/queue/resume': (app) => submit(app, '/ui/queue/resume', { kind: 'manual' }),
  'POST /api/v1/workers/pause': (app) => {
    app.rows.add('worker-1');
    return post(app, '/api/v1/workers/pause', {});
  },
  'POST /api/v1/workers/resume': (app) => post(app, '/api/v1/workers/resume', {}),
  'POST /api/v1/workers/drain': (app) => post(app, '/api/v1/workers/drain', { timeout_sec: 60 }),
  'POST /api/v1/workers/drain/cancel': (app) => post(app, '/api/v1/workers/drain/cancel'),
  'POST /ui/workers/pause': (app) => submit(app, '/ui/workers/pause'),
  'POST /ui/workers/resume': (app) => submit(app, '/ui/workers/resume'),
  'POST /ui/workers/drain': (app) => submit(app, '/ui/workers/drain', { timeout_sec: '60' }),
  'POST /ui/workers/drain/cancel': (app) => submit(app, '/ui/workers/drain/cancel'),
} satisfies Requests;

const ofE1 = { query: 'the title of E1', entity_id: 'E1' };
const canaryOf = (query: string, { ops }: Sender) =>
  ops.prepare('SELECT id FROM canary WHERE query = ?').pluck().get(query) as number;
/** Before an import removes its entry. */
const ofCanaries = {
  'POST /api/v1/canaries': (app) => post(app, '/api/v1/canaries', ofE1),
  'DELETE /api/v1/canaries/:id': (app) =>
    send(app, 'DELETE', `/api/v1/canaries/${canaryOf(ofE1.query, app)}`),
  'POST /ui/library/canaries': (app) => submit(app, '/ui/library/canaries', ofE1),
  'POST /ui/library/canaries/:id/remove': (app) =>
    submit(app, `/ui/library/canaries/${canaryOf(ofE1.query, app)}/remove`),
  'POST /ui/library/canaries/proposals': (app) =>
    submit(app, '/ui/library/canaries/proposals', { entries: 'experience E2' }),
} satisfies Requests;

const ofTraces = {
  'POST /ui/traces/hunt': (app) => submit(app, '/ui/traces/hunt'),
  'POST /ui/traces/stop': (app) => submit(app, '/ui/traces/stop'),
  'POST /api/v1/traces/hunt': (app) => post(app, '/api/v1/traces/hunt'),
  'DELETE /api/v1/traces/hunt': (app) => send(app, 'DELETE', '/api/v1/traces/hunt'),
} satisfies Requests;

const ofSchedules = {
  'PUT /api/v1/schedules/:name': (app) => send(app, 'PUT', '/api/v1/schedules/nightly', repairs),
  'POST /api/v1/schedules/:name/run': (app) =>
    post(app, '/api/v1/schedules/nightly/run', { when_locked: 'wait' }),
  'DELETE /api/v1/schedules/:name': (app) => send(app, 'DELETE', '/api/v1/schedules/nightly'),
  'POST /ui/schedules/new': (app) =>
    submit(app, '/ui/schedules/new', { name: 'weekly', ...scheduleForm, preset: 'weekly', weekday: '1' }),
  'POST /ui/schedules/:name/edit': (app) => submit(app, '/ui/schedules/weekly/edit', scheduleForm),
  'POST /ui/schedules/:name/switch': (app) => submit(app, '/ui/schedules/weekly/switch', { is_on: 'false' }),
  'POST /ui/schedules/:name/run': (app) => submit(app, '/ui/schedules/weekly/run'),
  'POST /ui/schedules/:name/remove': (app) => submit(app, '/ui/schedules/weekly/remove'),
} satisfies Requests;

const ofBackups = {
  'PUT /api/v1/backups/:id': (app) => send(app, 'PUT', `/api/v1/backups/${older(app)}`, { note: 'a test' }),
  'DELETE /api/v1/backups/:id': (app) =>
    send(app, 'DELETE', `/api/v1/backups/${older(app)}`, { ...confirmed, confirm: 'delete' }),
  'POST /ui/backups/:id/keep': (app) => submit(app, `/ui/backups/${older(app)}/keep`, { note: 'a test' }),
  'POST /ui/backups/:id/release': (app) => submit(app, `/ui/backups/${older(app)}/release`),
  'POST /ui/backups/:id/remove': (app) =>
    submit(app, `/ui/backups/${older(app)}/remove`, { ...confirmed, confirm: 'delete' }),
  'POST /ui/backups/schedules/on': (app) => submit(app, '/ui/backups/schedules/on'),
} satisfies Requests;

const ofChecks = {
  'POST /api/v1/checks/run': (app) => post(app, '/api/v1/checks/run', { check: 'disk-space' }),
  'POST /ui/checks/run': (app) => submit(app, '/ui/checks/run', { check: 'disk-space' }),
  'POST /api/v1/findings/:id/mute': async (app) =>
    post(app, `/api/v1/findings/${await findingOf(app)}/mute`, { for: '1d', reason: 'a test needs it' }),
  'POST /api/v1/findings/:id/unmute': async (app) =>
    post(app, `/api/v1/findings/${await findingOf(app, 'muted')}/unmute`),
  'POST /ui/findings/:id/mute': async (app) =>
    submit(app, `/ui/findings/${await findingOf(app)}/mute`, { for: '1d' }),
  'POST /ui/findings/:id/unmute': async (app) =>
    submit(app, `/ui/findings/${await findingOf(app, 'muted')}/unmute`),
} satisfies Requests;

const text = { title: 'A plan', body: 'One.' };
/** The first version, the second one, and the first one again. */
const ofDocuments = {
  'PUT /api/v1/documents/:kind/:slug': (app) => send(app, 'PUT', '/api/v1/documents/note/plan', text),
  'POST /ui/documents/:kind/:slug/save': (app) =>
    submit(app, '/ui/documents/note/plan/save', { ...text, body: 'Two.', version: '1' }),
  'POST /ui/documents/:kind/:slug/restore': (app) =>
    submit(app, '/ui/documents/note/plan/restore', { restored: '1', version: '2' }),
  'DELETE /api/v1/documents/:kind/:slug': (app) => send(app, 'DELETE', '/api/v1/documents/note/plan'),
  async 'POST /ui/documents/:kind/:slug/remove'(app) {
    await send(app, 'PUT', '/api/v1/documents/note/plan', text);
    return submit(app, '/ui/documents/note/plan/remove');
  },
  async 'POST /api/v1/documents/:kind/:slug/review'(app) {
    await send(app, 'PUT', '/api/v1/documents/runbook/plan', text);
    return post(app, '/api/v1/documents/runbook/plan/review');
  },
  'POST /ui/documents/:kind/:slug/review': (app) => submit(app, '/ui/documents/runbook/plan/review'),
} satisfies Requests;

/** They hold nothing back. */
const ofMaintenance = {
  'POST /api/v1/maintenance': (app) => post(app, '/api/v1/maintenance', announcement),
  'POST /api/v1/maintenance/:id/extend': (app) => post(app, '/api/v1/maintenance/1/extend', { minutes: 5 }),
  'POST /api/v1/maintenance/:id/end': (app) => post(app, '/api/v1/maintenance/1/end'),
  'POST /ui/maintenance': (app) => submit(app, '/ui/maintenance', announcement),
  'POST /ui/maintenance/:id/extend': (app) => submit(app, '/ui/maintenance/2/extend', { lasts: '15' }),
  'POST /ui/maintenance/:id/end': (app) => submit(app, '/ui/maintenance/2/end'),
} satisfies Requests;

/** The first one makes a token necessary, the last one unnecessary. */
const ofAccess = {
  'POST /api/v1/tokens': createToken,
  'POST /ui/access/tokens': (app) => submit(app, '/ui/access/tokens', { name: 'bob', role: 'viewer' }),
  'POST /ui/access/tokens/:name/revoke': (app) => submit(app, '/ui/access/tokens/bob/revoke'),
  async 'POST /sign-in'(app) {
    const [, token = ''] = app.headers.authorization?.split(' ') ?? [];
    const answer = await app.submit('/sign-in', { token });
    app.headers.cookie =
      answer.headers
        .getSetCookie()
        .find((one) => one.startsWith('chl_session'))
        ?.split(';')[0] ?? '';
    return answer;
  },
  'POST /sign-out': ({ submit, headers: { cookie = '' } }) => submit('/sign-out', {}, { cookie }),
  'DELETE /api/v1/tokens/:name': (app) => send(app, 'DELETE', '/api/v1/tokens/ada', confirmed),
} satisfies Requests;

/** By method and route. */
export const actionRequests: Requests = {
  ...ofCanaries,
  ...ofJobs,
  ...ofSheets,
  ...ofCaches,
  ...ofErrors,
  ...ofIncidents,
  ...ofDocuments,
  ...ofIndex,
  ...ofSchedules,
  ...ofBackups,
  ...ofChecks,
  ...ofSettings,
  ...ofTraces,
  ...ofCredentials,
  ...ofMaintenance,
  ...ofRuns,
  ...ofCosts,
  ...ofWebhookPages,
  ...ofDeliveries,
  ...ofAccess,
};

/** A request for each action of tier 2 without a reason and the word, in an order in which each is valid otherwise. */
export const unconfirmedRequests: Record<string, (app: Sender) => Promise<Response>> = {
  'job.accepted': (app) => post(app, '/api/v1/operations/import', { args: {} }),
  'schedule.changed': (app) =>
    send(app, 'PUT', '/api/v1/schedules/import', { operation: 'import', cron: '0 3 * * *' }),
  async 'schedule.run'(app) {
    const schedule = { operation: 'import', cron: '0 3 * * *', ...confirmed, confirm: 'import' };
    await send(app, 'PUT', '/api/v1/schedules/import', schedule);
    return post(app, '/api/v1/schedules/import/run');
  },
  'backup.removed': (app) => send(app, 'DELETE', `/api/v1/backups/${older(app)}`, {}),
  'settings.imported': (app) => importSettings(app, {}),
  'run.step': runUnconfirmed,
  'maintenance.planned': (app) => post(app, '/api/v1/maintenance', { level: 'drained' }),
  async 'access.token_revoked'(app) {
    await createToken(app);
    return send(app, 'DELETE', '/api/v1/tokens/ada');
  },
};

/** The id of a backup that may be deleted, since there is a newer one. */
function older(app: Sender): string {
  addBackup(app, '2026-11-28T02:00:00.000Z');
  return addBackup(app, '2026-11-27T02:00:00.000Z').id;
}

/** A new group of errors. */
const openError = (app: Sender) => addError(app, { message: 'it broke', code: `E${lastError(app)}` });

const lastError = ({ ops }: Sender) =>
  ops.prepare('SELECT coalesce(max(id), 0) FROM error_group').pluck().get() as number;

/** The plan of the dry run that the request before has started. */
async function applyPlan(app: Sender): Promise<Answer> {
  const { body } = await app.json('/api/v1/operations/jobs?operation=import&limit=1');
  const { number } = await app.whenJob(body.items[0].number);
  const { body: plan } = await app.json(`/api/v1/plans/${number}`);
  const allowed = { allow_removals: 'true', skip_invalid: 'true', when_locked: 'wait' };
  const fields = { plan: plan.plan, ...allowed, ...confirmed, confirm: 'import' };
  return submit(app, `/ui/plans/${number}/apply`, fields);
}

/** All later requests send the token. */
async function createToken(app: Sender) {
  const answer = await post(app, '/api/v1/tokens', { name: 'ada', role: 'admin' });
  const { token } = (await answer.json()) as { token: string };
  app.headers.authorization = `Bearer ${token}`;
  return answer;
}

function insertQueued({ parts: { repository } }: Sender): number {
  return insertJob(repository).number;
}

function insertEnded({ parts: { repository } }: Sender): number {
  const job = insertJob(repository, { operation: 'repair' });
  endJob(repository, job, 'failed');
  return job.number;
}

/** The number of a finding. */
async function findingOf({ json }: Sender, state = 'all'): Promise<number> {
  const { body } = await json(`/api/v1/findings?state=${state}`);
  return body.items[0].id;
}

/** The id of the uploaded sheet. */
function uploaded(app: Sender): string {
  return idOf('sheet', keptUploads(app));
}

/** The id of what an earlier request has left, such as `sheet-0a0b0c0d`. */
function idOf(kind: string, names: string[]): string {
  return names.find((name) => name.startsWith(`${kind}-`))?.slice(kind.length + 1) ?? 'none';
}
