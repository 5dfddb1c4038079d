// kill -9 of the server inside a window of each level: what the window holds is held after a start, and a window whose end has
// passed meanwhile is ended as of its end.
import path from 'node:path';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { claimsOfLevel, type Level, levels, type Window } from '../../src/window-store/window.ts';
import { startServer } from '../support/server.ts';
import { wanted } from '../support/windows.ts';
import { makeFolder } from '../support/folder.ts';

/** A request of each kind, and whether the level refuses it. */
const requests: { path: string; refusedIn: Level[] }[] = [
  { path: '/api/v1/operations/import', refusedIn: ['frozen', 'drained', 'read_only'] },
  { path: '/api/v1/operations/index', refusedIn: ['drained', 'read_only'] },
  { path: '/api/v1/checks/run', refusedIn: ['read_only'] },
];

const post = async (url: string, body: object = {}) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: await answer.json() };
};

/** A server on a data root, which can be killed and started again. */
async function startRig(t: Test) {
  const root = makeFolder(t);
  const start = () => startServer(t, root, { CHL_OPERATIONS_MODE: 'noop' });
  let server = await start();
  const ops = openDatabase(path.join(root, 'data', 'ops.db'), { busyMs: 5000 });
  t.teardown(() => ops.close());
  return {
    post: (path: string, body?: object) => post(server.url + path, body),
    /** `whileDown` runs between the kill and the start. */
    async killAndStart(whileDown = () => {}) {
      server.child.kill('SIGKILL');
      await new Promise((resolve) => server.child.once('close', resolve));
      whileDown();
      server = await start();
    },
    window: () => ops.prepare('SELECT * FROM maintenance_window').all() as Window[],
    claims: () => ops.prepare('SELECT job_id, name, mode, held_at FROM job_claim ORDER BY name').all(),
    events: () =>
      ops
        .prepare(`SELECT event, detail FROM audit WHERE target = 'window:1' ORDER BY id`)
        .all()
        .map((row) => {
          const { event, detail } = row as { event: string; detail: string };
          return { event, detail: JSON.parse(detail) };
        }),
    endAt: (at: string) => ops.prepare('UPDATE maintenance_window SET ends_at = ?').run(at),
  };
}

for (const level of levels)
  t.test(`a ${level} window outlives kill -9, and ends as of its end`, async (t) => {
    const rig = await startRig(t);
    t.equal((await rig.post('/api/v1/maintenance', wanted(level))).status, 201);
    const [begun] = rig.window();
    t.match(begun, { begun_at: /^\d/, entered_at: /^\d/, ended_at: null });
    const held = rig.claims();
    const names = claimsOfLevel[level].map(({ name, mode }) => ({ job_id: 'window:1', name, mode }));
    t.match(
      held,
      names.sort((one, other) => (one.name < other.name ? -1 : 1)),
    );
    const events = rig.events();
    t.same(
      events.map(({ event }) => event),
      ['maintenance.planned', 'maintenance.began', 'maintenance.entered'],
    );

    await rig.killAndStart();
    t.same(rig.window(), [begun], 'still the same window');
    t.same(rig.claims(), held, 'with its claims');
    t.same(rig.events(), events, 'no move is recorded again');
    for (const { path, refusedIn } of requests) {
      const { status, retryAfter } = await rig.post(path, { args: {}, reason: 'a test', confirm: 'import' });
      t.equal(status === 503, refusedIn.includes(level), `${path}: ${status}`);
      if (status === 503) t.ok(Number(retryAfter) > 3500, `after ${retryAfter} s`);
    }

    const end = new Date().toISOString();
    await rig.killAndStart(() => rig.endAt(end));
    t.match(rig.window(), [{ ended_at: end, ended_by: 'system' }]);
    t.same(
      rig.claims().filter((claim) => (claim as { job_id: string }).job_id === 'window:1'),
      [],
    );
    t.match(rig.events().slice(events.length), [
      { event: 'maintenance.ended', detail: { after: { ended_at: end }, server_was_off: true } },
    ]);
    t.equal(rig.events().length, events.length + 1, 'it is ended once');
    for (const { path } of requests)
      t.not((await rig.post(path, { reason: 'a test', confirm: 'import' })).status, 503, path);
  });
