// The share of a flag: exact enough, only added to when it is raised, and the same after a restart.
import { createHash } from 'node:crypto';
import t from 'tap';
import { bucketOf, isOnFor } from '../../src/flags/flag.ts';
import { flags } from '../../src/flags/feature.ts';
import { startApp } from '../support/app.ts';
import { makeFolder } from '../support/folder.ts';

const ids = Array.from({ length: 10_000 }, (_, i) => createHash('md5').update(String(i)).digest('hex'));
const reason = 'a test needs it';
const env = { CHL_OPERATIONS_MODE: 'noop' };

t.test('20% of 10,000 units are 19% to 21%, 40% has them all, and a restart changes nothing', async (t) => {
  const root = makeFolder(t);
  const put = async (percent: number) => {
    const app = await startApp(t, { root, env });
    const init = { method: 'PUT', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ is_on: true, percent, reason });
    const answer = await fetch(`${app.origin}/api/v1/flags/traces`, { ...init, body });
    t.equal(answer.status, 200);
    const on = ids.filter((id) => app.use(flags).isOn('traces', id));
    const { body: one } = await app.json(`/api/v1/flags/traces/resolve?unit=${on[0]}`);
    t.match(one, { on: true, because: new RegExp(`below ${percent}%`) });
    await app.close();
    return new Set(on);
  };
  const fifth = await put(20);
  t.ok(fifth.size >= 1900 && fifth.size <= 2100, String(fifth.size));
  const app = await startApp(t, { root, env });
  t.strictSame(new Set(ids.filter((id) => app.use(flags).isOn('traces', id))), fifth, 'after a restart');
  await app.close();
  const more = await put(40);
  t.ok([...fifth].every((id) => more.has(id)));
  t.ok(more.size >= 3800 && more.size <= 4200, String(more.size));
});

t.test('the number of a unit is the first 32 bits of SHA-256 of flag and unit', (t) => {
  // `printf traces:7f3a91c2 | sha256sum` begins with 79c5dd23.
  t.equal(bucketOf('traces', '7f3a91c2'), (0x79c5dd23 / 2 ** 32) * 100);
  t.not(bucketOf('traces', '7f3a91c2'), bucketOf('auto-repair', '7f3a91c2'), 'flags do not share units');
  t.end();
});

t.test('0%, 100%, off, and a flag that does not exist', (t) => {
  const on = (is_on: boolean, percent: number) =>
    ids.filter((id) => isOnFor('traces', { is_on, percent }, id)).length;
  t.strictSame([on(true, 0), on(true, 100), on(false, 100)], [0, ids.length, 0]);
  t.equal(isOnFor('none', null, 'x'), false);
  t.end();
});
