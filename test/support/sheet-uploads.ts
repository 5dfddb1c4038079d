// Uploads of sheets to a server, and their leftovers.
import fs from 'node:fs';
import path from 'node:path';
import type { TestApp } from './app.ts';

export type Files = Record<string, string | Buffer>;

export async function uploadSheet(
  app: TestApp,
  files: Files,
  { place = '/api/v1/sheets', field = 'file', headers = {} as Record<string, string> } = {},
): Promise<{ status: number; body: any; text: string; headers: Headers }> {
  const form = new FormData();
  for (const [name, content] of Object.entries(files)) form.append(field, new Blob([content]), name);
  const answer = await fetch(app.origin + place, { method: 'POST', body: form, headers, redirect: 'manual' });
  const text = await answer.text();
  const body = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null;
  return { status: answer.status, body, text, headers: answer.headers };
}

export function keptUploads({ root }: Pick<TestApp, 'root'>): string[] {
  return fs.readdirSync(path.join(root, 'uploads'));
}
