// Ways to break each part that a check looks at, in rounds of those that can be broken at once.
import fs from 'node:fs';
import path from 'node:path';
import type { Backup } from '../../src/backup-store/backup.ts';
import type { openDatabase } from '../../src/core/db/open.ts';
import { modelOf } from '../../src/embedding/model-change.ts';
import { incidents } from '../../src/incidents/feature.ts';
import { flags } from '../../src/flags/feature.ts';
import { logStore } from '../../src/log-store/feature.ts';
import { workers } from '../../src/workers/feature.ts';
import type { TestApp } from './app.ts';
import { operator } from './engine.ts';
import { breaksOfBackups } from './backup-breaks.ts';
import { type Break, changeable, threshold } from './break.ts';
import { breaksOfLocks } from './damage-breaks.ts';
import { addExperience } from './entries.ts';
import { breaksOfMachine } from './machine-breaks.ts';
import { breaksOfSchedules } from './schedule-breaks.ts';
import { breaksOfWebhooks } from './webhook-breaks.ts';
import type { createWorkerRows } from './worker-rows.ts';

const googleId = '1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg';

export function roundsOf(
  app: TestApp,
  rows: ReturnType<typeof createWorkerRows>,
  library: ReturnType<typeof openDatabase>,
  backup: Backup,
): Record<string, Break[]> {
  const config = changeable(app.config);
  const sheet = path.join(app.root, 'sheets/published');
  const backups = breaksOfBackups(app, backup);
  return {
    'of machine and files': breaksOfMachine(app, rows),
    'of the audit log and of the folder of backups': [
      ...backups.folder,
      {
        check: 'audit-chain',
        component: 'audit',
        title: 'The audit log is not as it was written',
        apply() {
          const file = path.join(app.root, 'audit.head');
          const before = fs.readFileSync(file, 'utf8');
          fs.writeFileSync(file, before.replace(/[0-9a-f]{64}/, '0'.repeat(64)));
          return () => fs.writeFileSync(file, before);
        },
      },
    ],
    'of thresholds': [
      {
        check: 'incidents',
        component: 'incident',
        title: 'Incident #1 is not mitigated in time',
        async apply() {
          const verbs = app.use(incidents).incidents;
          const { number } = await verbs.open({ title: 'It is late', severity: 1 }, operator);
          app.ops.prepare(`UPDATE incident SET due_at = opened_at`).run();
          return () => verbs.mitigate(number, operator);
        },
      },
      {
        check: 'event-loop',
        component: 'server',
        title: 'The server answers late',
        apply() {
          const { series } = app.parts.telemetry;
          app.parts.telemetry.series = (metric) =>
            ({
              metric,
              from: 0,
              until: 300,
              stepSec: 5,
              points: Array.from({ length: 60 }, (_, at) => ({
                at: at * 5,
                value: 60_000,
                min: null,
                max: null,
              })),
            }) as ReturnType<typeof series>;
          return () => {
            app.parts.telemetry.series = series;
          };
        },
      },
      threshold(
        app,
        { walBytes: -1 },
        {
          check: 'database-size',
          component: 'database',
          title: 'The write-ahead log of chl.db is large',
        },
      ),
      threshold(
        app,
        {},
        {
          check: 'database-size',
          component: 'database',
          title: 'The write-ahead log of ops.db is large',
        },
      ),
      threshold(
        app,
        { databaseUncheckedDays: -1 },
        { check: 'database-checks', component: 'database', title: 'chl.db was not checked lately' },
      ),
      threshold(
        app,
        {},
        { check: 'database-checks', component: 'database', title: 'ops.db was not checked lately' },
      ),
      {
        check: 'database-size',
        component: 'database',
        title: 'More than 25% of chl.db are free pages',
        apply() {
          library.exec('CREATE TABLE junk (a); INSERT INTO junk VALUES (zeroblob(9000000)); DROP TABLE junk');
          return () => library.exec('VACUUM');
        },
      },
      {
        check: 'log-store',
        component: 'database',
        title: 'The log is not kept',
        apply() {
          const store = app.use(logStore).logStore;
          const { state } = store;
          store.state = () => ({ ...state(), problem: { at: new Date(), text: 'log.db is a folder.' } });
          return () => {
            store.state = state;
          };
        },
      },
      {
        check: 'workers',
        component: 'workers',
        title: 'No worker is running',
        apply() {
          addExperience(library, 'N1');
          return () => library.exec(`DELETE FROM experiences WHERE id = 'N1'`);
        },
      },
    ],
    'of sheets': [
      {
        check: 'sources',
        component: 'source:drive',
        title: 'The sheet drive cannot be opened: its key cannot be used',
        async apply() {
          await app.parts.sourceChanges.put('drive', { kind: 'google', place: googleId }, operator);
          return () => app.parts.sourceChanges.remove('drive', operator);
        },
      },
      {
        check: 'sources',
        component: 'source:review',
        title: 'The sheet review cannot be read',
        apply() {
          const state = {
            status: 'error',
            text: 'The header is wrong.',
            steps: [],
            rows: null,
            hashes: null,
          } as const;
          app.parts.sourceStates.put('review', { ...state, steps: [], checked_at: new Date().toISOString() });
          return () => app.parts.sourceStates.remove('review');
        },
      },
      threshold(
        app,
        { sheetUnimportedMs: -1 },
        {
          check: 'sources',
          component: 'source:published',
          title: 'The sheet published is stale',
          apply() {
            const manuals = path.join(sheet, 'manuals.csv');
            const before = fs.readFileSync(manuals);
            fs.appendFileSync(manuals, '\r\n');
            return () => fs.writeFileSync(manuals, before);
          },
        },
      ),
    ],
    'of schedules and webhooks': [...breaksOfSchedules(app), ...breaksOfWebhooks(app)],
    'of a backup that failed': backups.failed,
    'of backups that nobody tests': backups.unproven,
    'of a backup that is late': backups.overdue,
    'of a server without backups': backups.none,
    'of a server whose backups vanished': backups.vanished,
    'of locks': breaksOfLocks(app),
    'of idle workers': [
      breakOfModel(app),
      threshold(
        app,
        { oldestPendingMs: -1 },
        {
          check: 'queue',
          component: 'queue',
          title: 'Entries wait although workers are idle',
          apply() {
            rows.add('embed-1');
            addExperience(library, 'N1');
            return () => {
              rows.ops.exec('DELETE FROM worker');
              library.exec(`DELETE FROM experiences WHERE id = 'N1'`);
            };
          },
        },
      ),
    ],
    'of paused workers and a service that is down': [
      {
        check: 'workers',
        component: 'workers',
        title: 'Entries wait: the workers are paused',
        async apply() {
          rows.add('embed-1');
          for (let number = 0; number < 10; number++) addExperience(library, `N${number}`);
          await app.json('/api/v1/workers/pause', {});
          await app.parts.telemetry.runOnce();
          return async () => {
            await app.json('/api/v1/workers/resume', {});
            rows.ops.exec('DELETE FROM worker');
            library.exec(`DELETE FROM experiences WHERE id LIKE 'N%'`);
            await app.parts.telemetry.runOnce();
          };
        },
      },
      {
        check: 'embedding-outage',
        component: 'embedder',
        title: 'Nothing is embedded: the embedding service does not answer',
        apply() {
          rows.beat('embed-1', { outage_since: '2026-11-01T00:00:00.000Z', outage_error: 'It answers 500.' });
          return () => {};
        },
      },
      {
        check: 'index',
        component: 'index',
        title: 'Search misses at least 10% of the library',
        isExplained: true,
        apply: () => () => {},
      },
      {
        check: 'embedder',
        component: 'embedder',
        title: 'The embedding service does not answer',
        isExplained: true,
        apply() {
          config.embedding = { url: 'http://127.0.0.1:9', model: 'none', keyFile: null, network: {} };
          return () => {
            config.embedding = null;
          };
        },
      },
    ],
  };
}

/** The model gives another vector for an entry than the stored one. */
function breakOfModel(app: TestApp): Break {
  const { rechecks } = app.use(workers);
  const model = modelOf(app.library).name ?? '';
  const entry = { kind: 'manual', id: 'M1' } as const;
  const share = (to: { is_on: boolean; percent: number; note: null } | null) =>
    app.use(flags).flags.change([{ key: 'vector-recheck', to }], operator, { reason: 'a test needs it' });
  return {
    check: 'vector-recheck',
    component: 'embedder',
    title: `${model} gives other vectors than before`,
    async apply() {
      await share({ is_on: true, percent: 100, note: null });
      rechecks.note([{ ...entry, model, similarity: 0.5 }], []);
      return async () => {
        rechecks.note([], [entry]);
        await share(null);
      };
    },
  };
}
