// Ways to break each part that a check looks at, in rounds of those that can be broken at once.
import fs from 'node:fs';
import path from 'node:path';
import type { openDatabase } from '../../src/core/db/open.ts';
import { metricNames, type Readings } from '../../src/core/db/metrics.ts';
import type { TestApp } from './app.ts';
import { operator } from './engine.ts';
import { type Break, threshold } from './break.ts';
import { addExperience } from './entries.ts';
import { breaksOfSchedules } from './schedule-breaks.ts';
import type { createWorkerRows } from './worker-rows.ts';

const googleId = '1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg';

export function roundsOf(
  app: TestApp,
  rows: ReturnType<typeof createWorkerRows>,
  library: ReturnType<typeof openDatabase>,
): Record<string, Break[]> {
  const config = app.config as { -readonly [Key in keyof typeof app.config]: (typeof app.config)[Key] };
  const sheet = path.join(app.root, 'sheets/published');
  const key = path.join(app.root, 'key.json');
  const operations = app.config.operationsFile;
  return {
    'of machine and files': [
      {
        check: 'configuration',
        component: 'settings',
        title: 'A setting has no effect',
        apply() {
          config.warnings.push('CHL_PROT is set, but this version does not know it. Unset it.');
          return () => config.warnings.pop();
        },
      },
      {
        check: 'custom-operations',
        component: 'settings',
        title: '1 custom operation is left out',
        apply() {
          fs.writeFileSync(operations, 'operations:\n  - name: a\n');
          app.parts.customOperations.runOnce();
          return () => {
            fs.rmSync(operations);
            app.parts.customOperations.runOnce();
          };
        },
      },
      {
        check: 'data-folder-access',
        component: 'data_folder',
        title: 'Other users of this machine can open the data folder',
        apply() {
          fs.chmodSync(app.root, 0o755);
          return () => fs.chmodSync(app.root, 0o700);
        },
      },
      {
        check: 'google-key',
        component: 'sources',
        title: 'Google spreadsheets cannot be read or written',
        apply() {
          fs.writeFileSync(key, '{}', { mode: 0o644 });
          const { google } = config;
          config.google = { ...google, keyFile: key };
          return () => {
            config.google = google;
          };
        },
      },
      {
        check: 'audit-chain',
        component: 'audit',
        title: 'audit.head cannot be written',
        apply() {
          const file = path.join(app.root, 'audit.head');
          fs.renameSync(file, `${file}-away`);
          fs.mkdirSync(file);
          return () => {
            fs.rmdirSync(file);
            fs.renameSync(`${file}-away`, file);
          };
        },
      },
      {
        check: 'sources',
        component: 'source:published',
        title: 'The sheet published is missing',
        apply() {
          fs.renameSync(sheet, `${sheet}-away`);
          return () => fs.renameSync(`${sheet}-away`, sheet);
        },
      },
      {
        check: 'stream',
        component: 'stream',
        title: 'Further pages get no live updates',
        apply() {
          const { maxStreams } = config;
          config.maxStreams = 0;
          return () => {
            config.maxStreams = maxStreams;
          };
        },
      },
      {
        check: 'disk-space',
        component: 'disk',
        title: 'No new jobs start: the disk is full',
        apply() {
          const { latest } = app.parts.telemetry;
          app.parts.telemetry.latest = () => ({ ...readings(), at: Date.now() / 1000, disk_free_bytes: 1 });
          return () => {
            app.parts.telemetry.latest = latest;
          };
        },
      },
      threshold(
        app,
        { samplerLateIntervals: -1 },
        {
          check: 'sampler',
          component: 'server',
          title: 'Charts and figures are not updated',
        },
      ),
      {
        check: 'restarts',
        component: 'server',
        title: 'The server keeps crashing',
        apply() {
          const now = new Date().toISOString();
          const add = rows.ops.prepare(`
            INSERT INTO server_start (at, version, node, sqlite, mode, pid, config_sha256, ended_at, "end")
            VALUES (@now, '1', '20', '3', 'scripts', 1, 'x', @now, 'lost')
          `);
          for (let crash = 0; crash < 3; crash++) add.run({ now });
          return () => rows.ops.prepare(`DELETE FROM server_start WHERE "end" = 'lost'`).run();
        },
      },
    ],
    'of the audit log': [
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
                value: 201,
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
      {
        check: 'database-size',
        component: 'database',
        title: 'More than 25% of chl.db is unused',
        apply() {
          library.exec('CREATE TABLE junk (a); INSERT INTO junk VALUES (zeroblob(9000000)); DROP TABLE junk');
          return () => library.exec('VACUUM');
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
    'of schedules': breaksOfSchedules(app),
    'of idle workers': [
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

function readings(): Readings {
  return Object.fromEntries(metricNames.map((name) => [name, null])) as Readings;
}
