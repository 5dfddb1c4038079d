// Requests of tests to the routes of credentials, and a stand-in of Google with a key that it accepts.
import fs from 'node:fs';
import type { Test } from 'tap';
import { tabs } from '../../src/sheets/tabs.ts';
import type { TestApp } from './app.ts';
import { googleSettings, startGoogle } from './google.ts';
import { cellsOf, sheet } from './library.ts';

type Answer = { status: number; body: any };

/** `env`: the settings of a server that has no key yet. */
export async function startWithKey(t: Test) {
  const cells = Object.fromEntries(tabs.map((tab) => [tab.name, cellsOf(sheet(), tab)]));
  const google = await startGoogle(t, cells);
  const { CHL_GOOGLE_KEY_FILE: file = '', ...env } = googleSettings(t, google.address);
  return { google, env, goodKey: fs.readFileSync(file, 'utf8') };
}

export function createKeyRequests(app: TestApp) {
  const send = async (
    method: string,
    address: string,
    body?: string | FormData,
    json = true,
  ): Promise<Answer> => {
    const headers = json && body !== undefined ? { 'content-type': 'application/json' } : undefined;
    const answer = await fetch(app.origin + address, {
      method,
      body: body ?? null,
      ...(headers ? { headers } : {}),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };
  const place = (name: string) => `/api/v1/credentials/${name}`;
  return {
    read: async (name: string) => (await send('GET', place(name))).body,
    upload(name: string, content: string, fileName = 'key.json', reason?: string) {
      const form = new FormData();
      if (reason !== undefined) form.append('reason', reason);
      form.append('file', new Blob([content]), fileName);
      return send('PUT', place(name), form, false);
    },
    register: (name: string, path: string) => send('PUT', place(name), JSON.stringify({ path })),
    check: (name: string, reason?: string) =>
      send('POST', `${place(name)}/check`, reason === undefined ? undefined : JSON.stringify({ reason })),
    remove: (name: string, reason?: string) =>
      send('DELETE', place(name), reason === undefined ? undefined : JSON.stringify({ reason })),
    send,
  };
}

/** The rows of the audit log about one credential, oldest first. */
export function auditOf(app: TestApp, name: string) {
  return app.ops
    .prepare('SELECT event, outcome, reason, detail FROM audit WHERE target = ? ORDER BY id')
    .all(`credential:${name}`)
    .map((row) => {
      const { detail, ...rest } = row as { detail: string };
      return { ...rest, detail: JSON.parse(detail) };
    }) as { event: string; outcome: string; reason: string | null; detail: any }[];
}
