// Ways to break the machine, the files of the server and its settings. Each is broken on its own, so all may be broken at once.
import fs from 'node:fs';
import path from 'node:path';
import { metricNames, type Readings } from '../../src/core/db/metrics.ts';
import type { TestApp } from './app.ts';
import { type Break, changeable, threshold } from './break.ts';
import type { createWorkerRows } from './worker-rows.ts';

export function breaksOfMachine(app: TestApp, rows: ReturnType<typeof createWorkerRows>): Break[] {
  const config = changeable(app.config);
  const sheet = path.join(app.root, 'sheets/published');
  const key = path.join(app.root, 'key.json');
  const operations = app.config.operationsFile;
  return [
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
  ];
}

function readings(): Readings {
  return Object.fromEntries(metricNames.map((name) => [name, null])) as Readings;
}
