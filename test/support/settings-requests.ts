// Those of action-requests.ts that are about settings and credentials.
import fs from 'node:fs';
import path from 'node:path';
import { confirmed, post, type Requests, type Sender, send, submit } from './request-sender.ts';

export const ofCredentials = {
  'PUT /api/v1/credentials/:name': (app) =>
    send(app, 'PUT', '/api/v1/credentials/embedding', { path: keyFile(app) }),
  'POST /api/v1/credentials/:name/check': (app) => post(app, '/api/v1/credentials/embedding/check'),
  'DELETE /api/v1/credentials/:name': (app) =>
    send(app, 'DELETE', '/api/v1/credentials/embedding', { reason: 'a test needs it' }),
  'POST /ui/credentials/:name/path': (app) =>
    submit(app, '/ui/credentials/embedding/path', { path: keyFile(app) }),
  'POST /ui/credentials/:name/upload': (app) => {
    const form = new FormData();
    form.append('file', new Blob(['another-key-of-this-test']), 'another.key');
    return fetch(`${app.origin}/ui/credentials/embedding/upload`, { method: 'POST', body: form });
  },
  'POST /ui/credentials/:name/check': (app) => submit(app, '/ui/credentials/embedding/check'),
  'POST /ui/credentials/:name/remove': (app) =>
    submit(app, '/ui/credentials/embedding/remove', { reason: 'a test needs it' }),
  'POST /api/v1/embedder/check': (app) => post(app, '/api/v1/embedder/check'),
  'POST /ui/embedder/check-saved': (app) => submit(app, '/ui/embedder/check-saved'),
  'POST /ui/embedder/check': (app) => submit(app, '/ui/embedder/check', { kind: 'built_in' }),
  'POST /ui/embedder/save': (app) =>
    submit(app, '/ui/embedder/save', {
      kind: 'service',
      url: 'http://127.0.0.1:9',
      model: 'none',
      confirmed: 'yes',
    }),
} satisfies Requests;

export const ofSettings = {
  'PUT /api/v1/settings/values': (app) =>
    send(app, 'PUT', '/api/v1/settings/values', { values: { 'retention.days': 30 } }),
  'PUT /api/v1/flags/:key': (app) =>
    send(app, 'PUT', '/api/v1/flags/traces', { is_on: true, percent: 20, reason: 'a test needs it' }),
  'DELETE /api/v1/flags/:key': (app) =>
    send(app, 'DELETE', '/api/v1/flags/traces', { reason: 'a test needs it' }),
  'POST /ui/settings/flags': (app) =>
    submit(app, '/ui/settings/flags', { 'percent:traces': '30', reason: 'a test needs it' }),
  'PUT /api/v1/objectives/:name': (app) =>
    send(app, 'PUT', '/api/v1/objectives/jobs', { target: 0.97, window_days: 30, is_on: true }),
  'POST /ui/objectives': (app) => submit(app, '/ui/objectives', { 'jobs.window_days': '31' }),
  'PUT /api/v1/webhooks/:name': (app) => putWebhook(app, 'chat'),
  'POST /api/v1/webhooks/:name/rotate': (app) =>
    post(app, '/api/v1/webhooks/chat/rotate', { reason: 'a test needs it' }),
  async 'DELETE /api/v1/webhooks/:name'(app) {
    await putWebhook(app, 'gone');
    return send(app, 'DELETE', '/api/v1/webhooks/gone');
  },
  'POST /ui/settings/limits': (app) => submit(app, '/ui/settings/limits', { 'retention.days': '29' }),
  'POST /api/v1/settings/import': (app) => importSettings(app, { ...confirmed, confirm: 'settings' }),
  'POST /ui/settings/import': (app) => {
    const form = new FormData();
    form.append('file', new Blob([JSON.stringify(settingsFile(27))]), 'settings.json');
    return fetch(`${app.origin}/ui/settings/import`, { method: 'POST', body: form });
  },
  async 'POST /ui/settings/import/apply'(app) {
    const { file, plan } = await previewSettings(app, 28);
    const fields = { file: JSON.stringify(file), plan, ...confirmed, confirm: 'settings' };
    return submit(app, '/ui/settings/import/apply', fields);
  },
} satisfies Requests;

/** It is off, so that nothing is sent. */
const putWebhook = (app: Sender, name: string) =>
  send(app, 'PUT', `/api/v1/webhooks/${name}`, {
    url: 'http://127.0.0.1:9/hook',
    events: ['job.*'],
    is_on: false,
  });

export async function importSettings(app: Sender, confirmation: object) {
  const { file, plan } = await previewSettings(app, 31);
  return post(app, '/api/v1/settings/import', { file, plan, ...confirmation });
}

function settingsFile(days: number) {
  return { format: 1, settings: { 'retention.days': days } };
}

async function previewSettings(app: Sender, days: number) {
  const file = settingsFile(days);
  const answer = await post(app, '/api/v1/settings/import', { file });
  const { plan } = (await answer.json()) as { plan: string };
  return { file, plan };
}

function keyFile({ root }: Sender): string {
  const file = path.join(root, 'embedding-key');
  fs.writeFileSync(file, 'a-key-of-this-test', { mode: 0o600 });
  return file;
}
