// One working request for each action, in the order in which test/web/actions.test.ts sends them. A new action needs a line
// here.
import fs from 'node:fs';
import path from 'node:path';
import { endJob, insertJob } from './job-repository.ts';
import { filesOf, sheet } from './library.ts';
import { keptUploads, uploadSheet } from './sheet-uploads.ts';
import { toParts } from './snapshots.ts';
import { leftOver, type startIndexed, upload } from './uploads.ts';
import type { createWorkerRows } from './worker-rows.ts';
import { buildZip } from './zip.ts';

type Sender = Awaited<ReturnType<typeof startIndexed>> & {
  rows: ReturnType<typeof createWorkerRows>;
  /** The headers of all later requests. */
  headers: Record<string, string>;
};

type Answer = { status: number };

const confirmed = { reason: 'a test needs it', confirm: 'open' };

const ofJobs = {
  'job.accepted': (app) => post(app, '/api/v1/operations/repair', {}),
  'job.cancel': (app) => post(app, `/api/v1/operations/jobs/${insertJob(app.parts.repository).id}/cancel`),
  'job.removed': (app) => send(app, 'DELETE', `/api/v1/operations/jobs/${insertEnded(app)}`),
  'jobs.bulk': (app) =>
    post(app, '/api/v1/operations/jobs/bulk', { action: 'remove', jobs: [insertEnded(app)] }),
} satisfies Requests;

const ofSheets = {
  'sheet.upload': (app) => uploadSheet(app, filesOf(sheet())),
  'sheet.remove': (app) => send(app, 'DELETE', `/api/v1/sheets/${idOf('sheet', keptUploads(app))}`),
  'source.changed': (app) =>
    send(app, 'PUT', '/api/v1/sources/draft', { kind: 'folder', place: 'sheets/draft' }),
  'source.checked': (app) => post(app, '/api/v1/sources/draft/check'),
  'source.removed': (app) => send(app, 'DELETE', '/api/v1/sources/draft'),
} satisfies Requests;

const ofIndex = {
  'snapshot.upload': (app) => upload(app, buildZip(toParts(app.members))),
  'snapshot.discard': (app) =>
    post(app, '/api/v1/index/snapshot/discard', { staged_id: idOf('staged', leftOver(app)) }),
  'queue.retry_failed': (app) => post(app, '/api/v1/queue/retry-failed', {}),
  'workers.pause': (app) => {
    app.rows.add('worker-1');
    return post(app, '/api/v1/workers/pause', {});
  },
  'workers.resume': (app) => post(app, '/api/v1/workers/resume', {}),
  'workers.drain': (app) => post(app, '/api/v1/workers/drain', { timeout_sec: 60 }),
  'workers.drain_cancel': (app) => post(app, '/api/v1/workers/drain/cancel'),
} satisfies Requests;

const ofChecks = {
  'checks.run': (app) => post(app, '/api/v1/checks/run', { check: 'disk-space' }),
  'finding.muted': async (app) =>
    post(app, `/api/v1/findings/${await findingOf(app)}/mute`, { for: '1d', reason: 'a test needs it' }),
  'finding.unmuted': async (app) => post(app, `/api/v1/findings/${await findingOf(app)}/unmute`),
} satisfies Requests;

const ofCredentials = {
  'credential.changed': (app) => {
    const file = path.join(app.root, 'embedding-key');
    fs.writeFileSync(file, 'a-key-of-this-test', { mode: 0o600 });
    return send(app, 'PUT', '/api/v1/credentials/embedding', { path: file });
  },
  'embedder.checked': (app) => post(app, '/api/v1/embedder/check'),
  'credential.checked': (app) => post(app, '/api/v1/credentials/embedding/check'),
  'credential.removed': (app) =>
    send(app, 'DELETE', '/api/v1/credentials/embedding', { reason: 'a test needs it' }),
} satisfies Requests;

const ofSettings = {
  'settings.changed': (app) =>
    send(app, 'PUT', '/api/v1/settings/values', { values: { 'retention.days': 30 } }),
  'settings.import_previewed': (app) => previewSettings(app),
  'settings.imported': (app) => importSettings(app, { ...confirmed, confirm: 'settings' }),
} satisfies Requests;

/** The first one makes a token necessary, the last one unnecessary. */
const ofAccess = {
  'access.token_created': createToken,
  async 'access.sign_in'(app) {
    const [, token = ''] = app.headers.authorization?.split(' ') ?? [];
    const answer = await app.submit('/sign-in', { token });
    app.headers.cookie =
      answer.headers
        .getSetCookie()
        .find((one) => one.startsWith('chl_session'))
        ?.split(';')[0] ?? '';
    return answer;
  },
  'access.sign_out': ({ submit, headers: { cookie = '' } }) => submit('/sign-out', {}, { cookie }),
  'access.token_revoked': (app) => send(app, 'DELETE', '/api/v1/tokens/ada', confirmed),
} satisfies Requests;

type Requests = Record<string, (app: Sender) => Promise<Answer>>;

export const actionRequests: Requests = {
  ...ofJobs,
  ...ofSheets,
  ...ofIndex,
  ...ofChecks,
  ...ofCredentials,
  ...ofSettings,
  ...ofAccess,
};

/** A request for each action of tier 2 without a reason and the word, in an order in which each is valid otherwise. */
export const unconfirmedRequests: Record<string, (app: Sender) => Promise<Response>> = {
  'job.accepted': (app) => post(app, '/api/v1/operations/import', { args: {} }),
  'settings.imported': (app) => importSettings(app, {}),
  async 'access.token_revoked'(app) {
    await createToken(app);
    return send(app, 'DELETE', '/api/v1/tokens/ada');
  },
};

const file = { format: 1, settings: { 'retention.days': 31 } };

function previewSettings(app: Sender) {
  return post(app, '/api/v1/settings/import', { file });
}

async function importSettings(app: Sender, confirmation: object) {
  const answer = await previewSettings(app);
  const { plan } = (await answer.json()) as { plan: string };
  return post(app, '/api/v1/settings/import', { file, plan, ...confirmation });
}

/** All later requests send the token. */
async function createToken(app: Sender) {
  const answer = await post(app, '/api/v1/tokens', { name: 'ada', role: 'admin' });
  const { token } = (await answer.json()) as { token: string };
  app.headers.authorization = `Bearer ${token}`;
  return answer;
}

function post(app: Sender, address: string, body?: object) {
  return send(app, 'POST', address, body);
}

function send({ origin, headers }: Sender, method: string, address: string, body?: object) {
  const type = body ? { 'content-type': 'application/json' } : {};
  const init = body ? { body: JSON.stringify(body) } : {};
  return fetch(origin + address, { method, ...init, headers: { ...headers, ...type } });
}

function insertEnded({ parts: { repository } }: Sender): number {
  const job = insertJob(repository);
  endJob(repository, job, 'failed');
  return job.number;
}

/** The number of a finding. */
async function findingOf({ json }: Sender): Promise<number> {
  const { body } = await json('/api/v1/findings?state=all');
  return body.items[0].id;
}

/** The id of what an earlier request has left, such as `sheet-0a0b0c0d`. */
function idOf(kind: string, names: string[]): string {
  return names.find((name) => name.startsWith(`${kind}-`))?.slice(kind.length + 1) ?? 'none';
}
