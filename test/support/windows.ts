// A server with a clock that the test moves, whose import lasts until it is cancelled.
import type { Test } from 'tap';
import type { Requester } from '../../src/core/audit.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import type { DestinationStream } from 'pino';
import type { Operation } from '../../src/core/operation.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { importOperation } from '../../src/sheets/import-operation.ts';
import type { Level, Window } from '../../src/window-store/window.ts';
import { startApp, type TestApp } from './app.ts';
import { defineOperation } from './operations.ts';
import { until } from './until.ts';

export const admin: Requester = { actor: 'ada', role: 'admin', peer: null, requestId: null, reason: null };

/** A request for a window of an hour. */
export function wanted(level: Level) {
  return { level, reason: 'the disk is moved', confirm: 'maintenance', minutes: 60 };
}

/** `import` sleeps, `load` is the real import, `chore` claims nothing and sleeps. `flaky` claims what an import does, and fails
 *  at its first attempt. */
export async function startWithClock(
  t: Test,
  options: { root?: string; at?: string; env?: Record<string, string>; output?: DestinationStream } = {},
) {
  const clock = { at: Date.parse(options.at ?? '2026-11-29T10:00:00Z') };
  const { env = {}, root, output } = options;
  const app = await startApp(t, {
    env,
    catalogue: createCatalogue([
      ...declaredOperations.map(sleeping),
      load,
      defineOperation({ child: 'sleeps' }),
      defineOperation({ name: 'flaky', child: 'exits-75-once', locks: importLocks, retries }),
    ]),
    now: () => new Date(clock.at),
    ...(root ? { root } : {}),
    ...(output ? { output } : {}),
  });
  return {
    app,
    ...app.parts,
    pass: (minutes: number) => {
      clock.at += minutes * 60_000;
    },
  };
}

const importLocks = () => importOperation.locks({});
const retries = { maxAttempts: 2, delayMs: 5, backoff: 1 };

const load: Operation = { ...importOperation, name: 'load' };

function sleeping(operation: Operation): Operation {
  if (operation.name !== 'import') return operation;
  return { ...operation, script: '../test/support/children/sleeps' };
}

/** Asks for a run over the API. */
export function run(app: TestApp, operation: string, body: Record<string, unknown> = {}, headers = {}) {
  const confirmed = { reason: 'a test needs it', confirm: operation };
  return app.json(`/api/v1/operations/${operation}`, { ...confirmed, ...body }, headers);
}

/** Resolves with the window once it is active. */
export async function untilEntered({ parts: { windows } }: TestApp, { id }: Window): Promise<Window> {
  return until(
    () => windows.find(id),
    ({ entered_at }) => entered_at !== null,
  );
}

export function auditOf({ ops }: TestApp, target: string) {
  const rows = ops
    .prepare('SELECT event, actor, outcome, detail FROM audit WHERE target = ? ORDER BY id')
    .all(target);
  return (rows as { event: string; actor: string; outcome: string; detail: string }[]).map((row) => ({
    ...row,
    detail: JSON.parse(row.detail),
  }));
}
