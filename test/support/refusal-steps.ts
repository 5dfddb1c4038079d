// Requests that are refused for one of several reasons, and the code that the audit log has for each.
import type { TestApp } from './app.ts';
import { as } from './roles.ts';

type Sender = 'operator' | 'admin';
type Body = Record<string, unknown> | FormData | null;
export type Step = [sender: Sender, body: Body, code: string];
/** Each line: a request that has all reasons from this one on. Fields of a form are those of the body. */
export type Steps = Record<string, Step[]>;

/** Sends them one by one. */
export async function tryAll(t: Tap, app: TestApp, steps: Steps) {
  for (const [route, list] of Object.entries(steps))
    for (const [sender, body, code] of list)
      t.equal(await readCode(app, route, sender, body), code, `${sender} ${route} ${JSON.stringify(body)}`);
}

type Tap = { equal(found: unknown, wanted: unknown, message: string): void };

/** The code of the refusal, which is in the audit log whatever the page shows. */
async function readCode(app: TestApp, route: string, sender: Sender, body: Body): Promise<string | null> {
  const [method = '', address = ''] = route.split(' ');
  const last = app.ops.prepare('SELECT max(id) AS id FROM audit').get() as { id: number };
  const isForm = address.startsWith('/ui/');
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const init =
    body instanceof FormData
      ? { body }
      : {
          headers: { 'content-type': type },
          body: isForm ? new URLSearchParams(body as Record<string, string>) : JSON.stringify(body),
        };
  const headers = { ...as(sender), ...(init.headers ?? {}), accept: 'text/html' };
  const answer = await fetch(app.origin + address, { method, redirect: 'manual', ...init, headers });
  await answer.arrayBuffer();
  const rows = app.ops
    .prepare(`SELECT json_extract(detail, '$.code') AS code FROM audit WHERE id > ? AND outcome = 'refused'`)
    .all(last.id) as { code: string }[];
  return rows.length === 1 && answer.status >= 400
    ? (rows[0]?.code ?? null)
    : `${answer.status} ${rows.length} rows`;
}
