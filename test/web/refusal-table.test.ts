// The order of refusals as a table: for each action that can be refused for several reasons at once, requests that have fewer
// and fewer of them.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { incidents } from '../../src/incidents/feature.ts';
import { maintenance } from '../../src/maintenance/feature.ts';
import type { Action } from '../../src/web/action.ts';
import { startApp } from '../support/app.ts';
import { addBackup, setName } from '../support/backups.ts';
import { googleSettings } from '../support/google.ts';
import { endJob, insertJob, library } from '../support/job-repository.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { addRollback } from '../support/run-requests.ts';
import { type Step, type Steps, tryAll } from '../support/refusal-steps.ts';
import { collectRoutes } from '../support/routes.ts';
import { putSchedule } from '../support/stored-schedules.ts';
import { beginUpload, untilState } from '../support/uploads.ts';

const word = (confirm: string) => ({ reason: 'a test needs it', confirm });
const invalid = 'invalid_arguments';
const unconfirmed = 'confirmation_required';

/** Actions of which a request can be refused for one reason at most, once its role and its body have passed. */
const single = [
  'access.sign_in',
  'access.sign_out',
  'access.token_created',
  'backup.changed',
  'backups.scheduled',
  'cache.flushed',
  'canary.removed',
  'checks.run',
  'cost.removed',
  'credential.checked',
  'deliveries.replayed',
  'delivery.replayed',
  'document.removed',
  'document.reviewed',
  'embedder.checked',
  'errors.mute',
  'errors.open',
  'errors.resolve',
  'finding.muted',
  'finding.unmuted',
  'incident.mitigated',
  'job.cancel',
  'job.removed',
  'queue.pause',
  'queue.resume',
  'queue.retry_failed',
  'run.ended',
  'run.started',
  'schedule.removed',
  'settings.import_previewed',
  'sheet.remove',
  'sheet.upload',
  'snapshot.discard',
  'source.checked',
  'source.removed',
  'traces.hunt',
  'traces.stop',
  'webhook.removed',
  'webhook.tested',
  'workers.drain_cancel',
  'workers.pause',
  'workers.resume',
];

const copy = 'library-20260101T000000.000Z-1.db';

/** An undo names job 2, a dry run that has failed; a restore names a copy of the library. Job 3 holds the lock of the library. */
const runs = (api: boolean): Steps => {
  const of = (args: object, more = {}) => (api ? { args, ...more } : { ...args, ...more });
  const run = (name: string) => `POST ${api ? `/api/v1/operations/${name}` : `/ui/operations/run/${name}`}`;
  const steps = (name: string, wrong: object, right: object, last: string): Step[] => [
    ['operator', of({ ...right, ...wrong }), invalid],
    ['operator', of(right), 'forbidden'],
    ['admin', of(right), unconfirmed],
    ['admin', of(right, word(name)), last],
  ];
  return {
    [run('rollback')]: steps('rollback', api ? { colour: '1' } : {}, {}, 'index_missing').slice(api ? 0 : 1),
    [run('undo')]: steps('undo', { job: 'none' }, { job: '2' }, 'wrong_state'),
    [run('restore')]: steps('restore', { backup: 'none' }, { backup: copy }, 'operation_locked'),
    [run('import')]: steps('import', { mode: 'sideways' }, { plan: 'x' }, 'plan_outdated'),
    [run('remove')]: steps('remove', { source: '' }, { source: 'published' }, 'operation_locked'),
  };
};

const confirmedOnly = (name: string, last: string): Step[] => [
  ['operator', {}, 'forbidden'],
  ['admin', {}, unconfirmed],
  ['admin', word(name), last],
];

/** No word makes it possible. */
const neverRetried: Step[] = [
  ['operator', {}, 'forbidden'],
  ['admin', {}, 'not_retryable'],
];

const bulk: Step[] = [['operator', { action: 'remove', jobs: [1], numbers: '1' }, 'forbidden']];
const badFile = { format: 1, settings: { colour: 1 } };
const goodFile = { format: 1, settings: { 'retention.days': 31 } };
const outdatedFlag = {
  'on:traces': 'true',
  'was:on:traces': 'true',
  'percent:traces': '20',
  'was:percent:traces': '7',
};
const imports = (text: (file: object) => unknown): Step[] => [
  ['admin', { file: text({}), plan: 'x' }, invalid],
  ['admin', { file: text(badFile), plan: 'x' }, invalid],
  ['admin', { file: text(goodFile), plan: 'x' }, unconfirmed],
  ['admin', { file: text(goodFile), plan: 'x', ...word('settings') }, 'plan_outdated'],
];
const source = { kind: 'folder', place: 'sheets/other' };
const choices = { missed: 'skip', overlap: 'skip' };

/** Window 1 is planned, window 2 was that of somebody else and has ended. */
const inTenDays = new Date(Date.now() + 10 * 86_400_000).toISOString();
const planned = { level: 'drained', starts_at: inTenDays, minutes: 60 };
const ended: Step[] = [
  ['admin', {}, unconfirmed],
  ['admin', { reason: 'it is over' }, 'wrong_state'],
];

/** Step 1 of run 1 rolls the index back, of which there is none; step 2 is done. */
const rollsBack = (fields: object): Step[] => [
  ['operator', { ...fields }, 'forbidden'],
  ['admin', { ...fields }, unconfirmed],
  ['admin', { ...fields, ...word('rollback') }, 'index_missing'],
];
const skipsDone: Step[] = [
  ['operator', { state: 'skipped' }, invalid],
  ['operator', { state: 'skipped', note: 'not needed' }, 'wrong_state'],
];

const newestBackup = '2026-11-28T02:00:00.000Z';
const deletes: Step[] = [
  ['admin', {}, unconfirmed],
  ['admin', word('delete'), 'last_proven'],
];

/** Incident 1 is open, with job 1 as its cause; incident 2 is closed. */

const closing: Step[] = [
  ['operator', { resolution: 'short' }, invalid],
  ['operator', { resolution: 'It was repaired.' }, 'wrong_state'],
];
const reopening: Step[] = [
  ['operator', {}, unconfirmed],
  ['operator', { reason: 'it is back' }, 'wrong_state'],
];
const noNote: Step[] = [['operator', { text: ' ' }, invalid]];
const opening = { title: 'One more', source_ref: 'job:1' };
/** There is no such document yet. */
const saves: Step[] = [
  ['operator', { title: 'A plan', body: '' }, invalid],
  ['operator', { title: 'A plan', body: 'One.', version: 5 }, 'not_found'],
];

const inWrongState: Record<string, Steps> = {
  'document.saved': {
    'PUT /api/v1/documents/note/plan': saves,
    'POST /ui/documents/note/plan/save': saves,
    'POST /ui/documents/note/plan/restore': [['operator', { restored: '1', version: '2' }, 'not_found']],
  },
  'backup.removed': {
    [`DELETE /api/v1/backups/${setName(newestBackup)}`]: deletes,
    [`POST /ui/backups/${setName(newestBackup)}/remove`]: deletes,
  },
  'job.accepted': {
    ...runs(true),
    ...runs(false),
    'POST /api/v1/operations/jobs/1/retry': neverRetried,
    'POST /ui/jobs/1/retry': neverRetried,
    'POST /ui/plans/2/apply': confirmedOnly('import', 'wrong_state'),
  },
  'jobs.bulk': {
    'POST /api/v1/operations/jobs/bulk': [
      ['operator', { action: 'remove', jobs: [] }, invalid],
      ['operator', { action: 'remove', jobs: [1] }, 'forbidden'],
    ],
    'POST /ui/jobs/bulk': [['operator', { action: 'remove' }, 'bad_request'], ...bulk],
  },
  'schedule.changed': {
    'PUT /api/v1/schedules/nightly': [
      ['admin', { operation: 'import', cron: '0 26 * * *' }, invalid],
      ['admin', { operation: 'import', cron: '0 2 * * *' }, unconfirmed],
    ],
    'POST /ui/schedules/new': [
      ['admin', { name: 'nightly', operation: 'import', at: '26:00', zone: 'UTC', ...choices }, invalid],
      ['admin', { name: 'nightly', operation: 'import', at: '02:00', zone: 'UTC', ...choices }, unconfirmed],
    ],
  },
  'schedule.run': {
    'POST /api/v1/schedules/replace/run': confirmedOnly('import', 'operation_locked'),
    'POST /ui/schedules/merge/run': [['operator', {}, 'not_found']],
  },
  'maintenance.planned': {
    'POST /api/v1/maintenance': [
      ['admin', { ...planned, level: 'half' }, invalid],
      ['admin', planned, unconfirmed],
      ['admin', { ...planned, ...word('maintenance') }, 'wrong_state'],
    ],
    'POST /ui/maintenance': [
      ['admin', { level: 'half' }, invalid],
      ['admin', { level: 'drained' }, unconfirmed],
    ],
  },
  'maintenance.extended': {
    'POST /api/v1/maintenance/2/extend': [
      ['admin', { minutes: 0 }, invalid],
      ['admin', { minutes: 5 }, 'wrong_state'],
    ],
    'POST /ui/maintenance/2/extend': [
      ['admin', { lasts: '0' }, invalid],
      ['admin', { lasts: '15' }, 'wrong_state'],
    ],
  },
  'maintenance.ended': {
    'POST /api/v1/maintenance/2/end': ended,
    'POST /ui/maintenance/2/end': ended,
  },
  'flags.change': {
    'PUT /api/v1/flags/traces': [
      ['admin', { is_on: true, percent: 101 }, invalid],
      ['admin', { is_on: true, percent: 20 }, unconfirmed],
    ],
    'DELETE /api/v1/flags/traces': [['admin', {}, unconfirmed]],
    'POST /ui/settings/flags': [
      ['admin', { 'percent:traces': '101' }, invalid],
      ['admin', { ...outdatedFlag }, unconfirmed],
      ['admin', { ...outdatedFlag, reason: 'a test needs it' }, 'edit_conflict'],
    ],
  },
  'canary.added': {
    'POST /api/v1/canaries': [['operator', { query: 'a search', entity_id: 'E99' }, invalid]],
    'POST /ui/library/canaries': [['operator', { query: '', entity_id: 'E99' }, invalid]],
    'POST /ui/library/canaries/proposals': [['operator', { entries: 'experience E99' }, invalid]],
  },
  'cost.changed': {
    'PUT /api/v1/costs/2020-01-01/other:x': [['admin', { amount: -1, note: '' }, invalid]],
    'POST /ui/costs/enter': [['admin', { amount: 'much' }, invalid]],
  },
  'objective.changed': {
    'PUT /api/v1/objectives/jobs': [['admin', { target: 1, window_days: 30, is_on: true }, invalid]],
    'POST /ui/objectives': [
      ['admin', { 'jobs.target': '100' }, invalid],
      ['admin', { 'jobs.target': '97', 'was:jobs.target': '96' }, 'edit_conflict'],
    ],
  },
  'webhook.changed': {
    'PUT /api/v1/webhooks/chat': [['admin', { url: 'http://127.0.0.1:9/', events: [] }, invalid]],
  },
  'webhook.rotated': {
    'POST /api/v1/webhooks/none/rotate': [['admin', {}, 'not_found']],
  },
  'settings.imported': {
    'POST /api/v1/settings/import': imports((file) => file),
    'POST /ui/settings/import/apply': imports((file) => JSON.stringify(file)),
  },
  'source.changed': {
    'PUT /api/v1/sources/published': [
      ['admin', { kind: 'song' }, invalid],
      ['admin', source, 'operation_locked'],
    ],
    'POST /ui/sources/published/edit': [
      ['admin', { kind: 'song' }, invalid],
      ['admin', source, 'operation_locked'],
    ],
  },
  'run.step': {
    'POST /api/v1/runs/1/steps/1': rollsBack({ run: true }),
    'POST /ui/runs/1/steps/1/run': rollsBack({}),
    'POST /api/v1/runs/1/steps/2': skipsDone,
    'POST /ui/runs/1/steps/2': skipsDone,
  },
  'incident.opened': {
    'POST /api/v1/incidents': [
      ['operator', { ...opening, severity: 3, title: ' ' }, invalid],
      ['operator', { ...opening, severity: 3 }, 'wrong_state'],
    ],
    'POST /ui/incidents/open': [
      ['operator', { ...opening, severity: '9' }, invalid],
      ['operator', opening, 'wrong_state'],
    ],
  },
  'incident.closed': {
    'POST /api/v1/incidents/2/close': closing,
    'POST /ui/incidents/2/close': closing,
  },
  'incident.reopened': {
    'POST /api/v1/incidents/1/reopen': reopening,
    'POST /ui/incidents/1/reopen': reopening,
  },
  'incident.changed': {
    'PUT /api/v1/incidents/1': [['operator', { title: ' ' }, invalid]],
    'POST /ui/incidents/1/edit': [
      ['operator', { title: ' ' }, invalid],
      ['operator', { owner: 'ada', 'was:owner': 'ben' }, 'edit_conflict'],
    ],
  },
  'incident.entry_added': {
    'POST /api/v1/incidents/1/entries': noNote,
    'POST /ui/incidents/1/notes': noNote,
    'POST /ui/incidents/1/post-mortem': [['operator', {}, 'wrong_state']],
  },
  'incident.item_changed': {
    'POST /api/v1/incidents/1/items': noNote,
    'POST /ui/incidents/1/items': noNote,
    'POST /ui/incidents/1/items/1': [['operator', { state: 'done' }, 'not_found']],
  },
  'workers.drain': {
    'POST /api/v1/workers/drain': [
      ['operator', { timeout_sec: 1 }, invalid],
      ['operator', { timeout_sec: 60 }, 'no_workers'],
    ],
    'POST /ui/workers/drain': [
      ['operator', { timeout_sec: '1' }, invalid],
      ['operator', { timeout_sec: '60' }, 'no_workers'],
    ],
  },
};

t.test('the domain judges arguments, danger, confirmation and state in this order', async (t) => {
  const app = await startWithRoles(t, (t) => startApp(t));
  await app.run('import');
  fs.writeFileSync(path.join(app.root, 'backups', copy), '');
  addBackup(app, newestBackup);
  const replaces = { operation: 'import', cron: '0 2 * * *', ...word('import') };
  const { repository } = app.parts;
  await putSchedule(app, 'replace', replaces, as('admin'));
  const args = { source: 'published', mode: 'replace', dry_run: true };
  endJob(repository, insertJob(repository, { operation: 'import', args }), 'failed');
  repository.start(insertJob(repository, { operation: 'import', args, claims: [library] }).id);
  await app.json('/api/v1/maintenance', { ...planned, ...word('maintenance') });
  await addRollback(app);
  await app.json('/api/v1/runbooks/go-back/runs', {});
  await app.json('/api/v1/runs/1/steps/2', { state: 'done' });
  const { windows } = app.use(maintenance);
  const ada = { ...systemRequester, actor: 'ada' };
  const { id } = await windows.start({ level: 'announce', reason: 'a test needs it' }, ada);
  await windows.end(id, ada);
  const verbs = app.use(incidents).incidents;
  await verbs.open({ title: 'Imports fail', severity: 2, source_ref: 'job:1' }, ada);
  await verbs.open({ title: 'Nothing is embedded', severity: 2 }, ada);
  await verbs.close(2, 'It was repaired.', ada);
  for (const steps of Object.values(inWrongState)) await tryAll(t, app, steps);
});

const snapshot = (fields: object) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('snapshot', new Blob(['no zip'], { type: 'application/zip' }), 'set.zip');
  return form;
};

t.test('a snapshot to be installed is judged before another upload refuses it', async (t) => {
  const app = await startWithRoles(t, (t) => startApp(t));
  const first = beginUpload(app, 100_000, as('admin'));
  await untilState(app, (state) => state !== null);
  const steps: Step[] = [
    ['operator', snapshot(word('snap')), 'forbidden'],
    ['admin', snapshot(word('snap')), unconfirmed],
    ['admin', snapshot(word('snapshot')), 'upload_in_progress'],
    ['operator', snapshot({}), 'upload_in_progress'],
  ];
  await tryAll(t, app, { 'POST /api/v1/index/snapshot': steps });
  await tryAll(t, app, { 'POST /ui/index/upload': steps });
  first.destroy();
  await untilState(app, (state) => state === null);
});

const keyForm = (content: string) => {
  const form = new FormData();
  form.append('file', new Blob([content]), 'key.json');
  return form;
};

const setByEnvironment = (key: string, file: string): Record<string, Steps> => {
  const last = 'set_by_environment';
  const uploads: Step[] = [
    ['admin', keyForm('{"other": 1}'), invalid],
    ['admin', keyForm(key), last],
  ];
  const paths: Step[] = [
    ['admin', { path: '/nowhere/a.json' }, invalid],
    ['admin', { path: file }, last],
  ];
  const removals: Step[] = [
    ['admin', { reason: 'x' }, unconfirmed],
    ['admin', { reason: 'it is old' }, last],
  ];
  const locked = { format: 1, settings: { 'operations.max_running': 4 } };
  return {
    'settings.changed': {
      'PUT /api/v1/settings/values': [
        ['admin', { values: { 'operations.max_running': 'many' } }, invalid],
        ['admin', { values: { 'operations.max_running': 4 } }, last],
        ['admin', { values: { 'operations.max_running': null } }, last],
      ],
      'POST /ui/settings/limits': [
        ['admin', { 'operations.max_running': 'many' }, invalid],
        ['admin', { 'operations.max_running': '4' }, last],
      ],
      'POST /ui/embedder/save': [
        ['admin', { kind: 'service', url: 'gopher://x', model: 'm' }, invalid],
        ['admin', { kind: 'built_in' }, last],
      ],
    },
    'settings.imported': {
      'POST /api/v1/settings/import': [
        ['admin', { file: locked, plan: 'x' }, unconfirmed],
        ['admin', { file: locked, plan: 'x', ...word('settings') }, 'plan_outdated'],
      ],
    },
    'credential.changed': {
      'PUT /api/v1/credentials/google': [...paths, ...uploads],
      'POST /ui/credentials/google/upload': uploads,
      'POST /ui/credentials/google/path': paths,
    },
    'credential.removed': {
      'DELETE /api/v1/credentials/google': removals,
      'POST /ui/credentials/google/remove': removals,
    },
  };
};

t.test('what the environment sets is refused last, and stays as it is', async (t) => {
  const google = googleSettings(t, 'http://127.0.0.1:2/');
  const own = {
    CHL_MAX_RUNNING_JOBS: '3',
    CHL_EMBEDDING_URL: 'http://127.0.0.1:2/',
    CHL_EMBEDDING_MODEL: 'm',
  };
  const app = await startWithRoles(t, (t) => startApp(t, { env: { ...google, ...own } }));
  const file = path.join(app.root, 'other.json');
  const key = fs.readFileSync(google.CHL_GOOGLE_KEY_FILE ?? '', 'utf8');
  fs.writeFileSync(file, key, { mode: 0o600 });
  const before = JSON.stringify(app.config);
  for (const steps of Object.values(setByEnvironment(key, file))) await tryAll(t, app, steps);
  t.equal(JSON.stringify(app.config), before);
  const kept = fs
    .readdirSync(app.root, { recursive: true })
    .filter((name) => /secrets.*json/.test(`${name}`));
  t.strictSame(kept, [], 'no upload is kept');

  await t.test('an import of settings, too', async (t) => {
    const wanted = { format: 1, settings: { 'operations.max_running': 4, 'retention.days': 31 } };
    const { body } = await app.json('/api/v1/settings/import', { file: wanted });
    t.match(body.changes[0], { state: 'refused', why: /CHL_MAX_RUNNING_JOBS/ });
    const applied = { file: wanted, plan: body.plan, ...word('settings') };
    const answer = await app.json('/api/v1/settings/import', applied);
    t.match(answer, { status: 409, body: { error: { code: 'set_by_environment' } } });
    t.match(answer.body.error.message, /CHL_MAX_RUNNING_JOBS/);
    t.equal(JSON.stringify(app.config), before);
  });
});

t.test('every action is in the table, or has one refusal at most', async (t) => {
  const routes = collectRoutes(t);
  await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const actions = routes.flatMap(({ config }) => (config.action as Action | undefined) ?? []);
  const names = actions.filter(({ changes }) => changes !== 'browser').map(({ name }) => name);
  // test/access/remote.test.ts tries the revocation, which needs an open port.
  const others = ['snapshot.upload', 'access.token_revoked'];
  const tried = [...Object.keys(inWrongState), ...Object.keys(setByEnvironment('', '')), ...others];
  t.strictSame([...new Set(names)].sort(), [...new Set([...single, ...tried])].sort());
});
