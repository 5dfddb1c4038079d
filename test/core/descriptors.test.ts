import fs from 'node:fs';
import t from 'tap';
import { assertEnoughDescriptors, createDescriptors, openDescriptors } from '../../src/core/descriptors.ts';

t.test('each use is refused while fewer descriptors are left than it needs', async (t) => {
  let open = 0;
  const descriptors = createDescriptors({ limit: 64, countOpen: () => open });
  const allowed = () =>
    (['stream', 'job', 'searchThread', 'request', 'connection'] as const).filter(descriptors.hasRoomFor);
  t.same(allowed(), ['stream', 'job', 'searchThread', 'request', 'connection']);
  open = 45;
  t.same(allowed(), ['job', 'searchThread', 'request', 'connection']);
  open = 62;
  t.same(allowed(), ['connection']);
  open = Number.POSITIVE_INFINITY;
  t.same(allowed(), []);
  open = 0;
  t.same(allowed().length, 5, 'all are allowed again');
});

t.test('without a known limit there is always room, and descriptors are not counted', async (t) => {
  const descriptors = createDescriptors({
    limit: Number.POSITIVE_INFINITY,
    countOpen: () => t.fail('it was counted') as never,
  });
  t.ok(descriptors.hasRoomFor('stream'));
});

t.test('far from the limit a count is reused for many calls', async (t) => {
  let counts = 0;
  const descriptors = createDescriptors({
    limit: 100_000,
    countOpen() {
      counts += 1;
      return 20;
    },
  });
  for (let question = 0; question < 10_000; question += 1) descriptors.hasRoomFor('stream');
  t.equal(counts, 1);
});

t.test('open descriptors of this process are counted', { skip: process.platform !== 'linux' }, async (t) => {
  const open = fs.readdirSync('/proc/self/fd').length;
  const descriptors = createDescriptors({ ...openDescriptors(), limit: open + 12 });
  t.ok(descriptors.hasRoomFor('searchThread'));
  const fds = [1, 2, 3].map(() => fs.openSync('/dev/null', 'r'));
  t.notOk(descriptors.hasRoomFor('searchThread'));
  for (const fd of fds) fs.closeSync(fd);
  t.ok(descriptors.hasRoomFor('searchThread'));
});

t.test('a limit too low to load the server is refused with the next step', async (t) => {
  assertEnoughDescriptors(256);
  t.throws(() => assertEnoughDescriptors(64), { code: 'config', message: /only 64 files; .*ulimit -n 1024/ });
});
