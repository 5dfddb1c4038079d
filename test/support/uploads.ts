// Uploads of snapshots to a server, and their leftovers.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import type { Test } from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { startApp, type TestApp } from './app.ts';
import { makeIndexed, type Members } from './snapshots.ts';
import { makeFolder } from './folder.ts';

export const mebibyte = 1024 * 1024;
export const confirmed = { reason: 'a test needs it', confirm: 'snapshot' };

/** A server with an index of four entries; uploads are limited to 1 MiB. */
export async function startIndexed(
  t: Test,
  env: Record<string, string> = {},
): Promise<TestApp & { members: Members }> {
  const root = makeFolder(t);
  const { library, members } = await makeIndexed(root);
  library.close();
  const app = await startApp(t, { root, env: { CHL_SNAPSHOT_MAX_MB: '1', ...env } });
  return { ...app, members };
}

export type Answer = { status: number; body: any; text: string; headers: Headers };

export async function upload(
  app: TestApp,
  zip: Buffer,
  fields: Record<string, string> = {},
  { place = '/api/v1/index/snapshot', type = 'application/zip', headers = {} as Record<string, string> } = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(zip)], { type }), 'set.zip');
  const answer = await fetch(app.origin + place, { method: 'POST', body: form, headers, redirect: 'manual' });
  const text = await answer.text();
  const body = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null;
  return { status: answer.status, body, text, headers: answer.headers };
}

export type AuditRow = {
  event: string;
  outcome: string;
  target: string | null;
  reason: string | null;
  detail: Record<string, any>;
};

export function auditRows({ parts }: TestApp, event: string): AuditRow[] {
  const ops = openDatabase(parts.config.opsDatabasePath, { busyMs: 1000, readonly: true });
  const rows = ops
    .prepare('SELECT event, outcome, target, reason, detail FROM audit WHERE event = ? ORDER BY id')
    .all(event);
  ops.close();
  return (rows as { detail: string }[]).map(
    (row) => ({ ...row, detail: JSON.parse(row.detail) }) as AuditRow,
  );
}

/** The files of uploads that are left besides staged snapshots. */
export function leftOver({ root }: TestApp): string[] {
  return [
    ...fs.readdirSync(path.join(root, 'uploads')),
    ...fs.readdirSync(path.join(root, 'faiss_index')),
  ].filter((name) => !name.startsWith('gen-') && name !== 'current');
}

/** Starts an upload that never ends: announces `length` bytes, and sends a part. */
export function beginUpload(
  app: TestApp,
  length: number,
  sender: Record<string, string> = {},
): http.ClientRequest {
  const request = http.request(`${app.origin}/api/v1/index/snapshot`, {
    method: 'POST',
    headers: { ...sender, 'content-type': 'multipart/form-data; boundary=edge', 'content-length': length },
  });
  request.on('error', () => {});
  const head =
    'content-disposition: form-data; name="snapshot"; filename="half.zip"\r\ncontent-type: application/zip';
  request.write(`--edge\r\n${head}\r\n\r\n`);
  request.write(Buffer.alloc(length > mebibyte ? 1000 : length >> 1));
  return request;
}

export function untilState({ parts }: TestApp, test: (state: unknown) => boolean): Promise<void> {
  const { bus, uploads } = parts;
  return new Promise((resolve) => {
    const look = () => {
      if (!test(uploads.state())) return;
      bus.off('index', look);
      resolve();
    };
    bus.on('index', look);
    look();
  });
}
