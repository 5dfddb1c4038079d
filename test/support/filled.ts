// A server whose pages have all of their controls.
import type { Test } from 'tap';
import { features } from '../../src/features.ts';
import { addBackup, proven } from './backups.ts';
import { addManual } from './entries.ts';
import { addError } from './errors.ts';
import { endJob, insertJob } from './job-repository.ts';
import { filesOf, sheet } from './library.ts';
import { startWithRoles } from './roles.ts';
import { uploadSheet } from './sheet-uploads.ts';
import { addTraces } from './traces.ts';
import { toParts } from './snapshots.ts';
import { startIndexed, upload } from './uploads.ts';
import { createWorkerRows } from './worker-rows.ts';
import { buildZip } from './zip.ts';

/** A server with something of everything that has controls, and the addresses of its pages. */
export async function startFilled(test: Test) {
  const addresses = [
    '/plans/1',
    '/jobs/bulk/none',
    '/library/E1',
    ...features.flatMap(({ pages = [] }) => pages.flatMap((page) => page.examples)),
  ];
  const app = await startWithRoles(test, () => fill(test, addresses));
  const workers = createWorkerRows(test, app);
  workers.add('worker-1');
  workers.add('worker-2', { state: 'paused' });
  return { app, workers, addresses };
}

async function fill(test: Test, addresses: string[]) {
  const app = await startIndexed(test);
  const { repository } = app.parts;
  await app.run('import', { dry_run: true });
  endJob(
    repository,
    insertJob(repository, { operation: 'export', args: { target: 'published' } }),
    'cancelled',
  );
  endJob(
    repository,
    insertJob(repository, { operation: 'import', args: { source: 'published', mode: 'replace' } }),
    'failed',
  );
  const { number } = insertJob(repository, { operation: 'index' });
  await fetch(`${app.origin}/api/v1/sources/draft`, {
    method: 'PUT',
    body: JSON.stringify({ kind: 'folder', place: 'sheets/draft' }),
    headers: { 'content-type': 'application/json' },
  });
  await fetch(`${app.origin}/api/v1/schedules/nightly`, {
    method: 'PUT',
    body: JSON.stringify({ operation: 'repair', cron: '0 3 * * *' }),
    headers: { 'content-type': 'application/json' },
  });
  addresses.push(
    '/schedules/nightly',
    '/schedules/nightly/times',
    '/ui/schedules/preview',
    '/ui/schedules/nightly/run',
  );
  await fetch(`${app.origin}/api/v1/runbooks/bigger-box/runs`, { method: 'POST' });
  addresses.push('/runs/1', '/ui/runs/1/stop', '/ui/runs/1/steps/2/done', '/ui/runs/1/steps/1/run');
  await addError(app, { message: 'it broke' });
  addresses.push('/ui/errors/1/mute', `/ui/jobs/${number}/cancel`, '/ui/sources/draft/remove');
  await app.json('/api/v1/incidents', { title: 'Imports fail', severity: 2, services: ['index'] });
  await app.json('/api/v1/incidents/1/items', { text: 'Renew the key' });
  addresses.push(
    '/ui/incidents/open',
    ...['close', 'edit', 'items'].map((name) => `/ui/incidents/1/${name}`),
  );
  addBackup(app, '2026-11-22T02:00:00.000Z');
  const { id } = addBackup(app, '2026-11-15T02:00:00.000Z', { ...proven, proof: 'inconclusive' });
  addresses.push(`/backups/${id}`, `/ui/backups/${id}/keep`, `/ui/backups/${id}/remove`);
  await upload(app, buildZip(toParts(app.members)));
  const { body } = await uploadSheet(app, filesOf(sheet()));
  addresses.push(`/sources?sheet=${body.sheet_id}`);
  addresses.push(...(await addTraces(app)).map((id) => `/requests/${id}`));
  addManual(app.library, 'M2', { embedding_status: 'failed' });
  return app;
}
