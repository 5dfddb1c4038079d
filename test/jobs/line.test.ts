import t from 'tap';
import type { Job } from '../../src/jobs/job.ts';
import { failure, library, nothingElse, openRepository } from '../support/job-repository.ts';

t.test(
  'the lock queue is in order of arrival, a holder keeps its position, and an end frees the claims',
  async (t) => {
    const { repository, insert } = openRepository(t);
    const [a, b, c] = [insert(), insert({ claims: [{ name: 'x', mode: 'shared' }, library] }), insert()];
    repository.start(b.id);
    const ignoresWindows = false;
    t.same(repository.positions(), [
      { jobId: a.id, claims: [library], isHeld: false, ignoresWindows },
      { jobId: b.id, claims: [library, { name: 'x', mode: 'shared' }], isHeld: true, ignoresWindows },
      { jobId: c.id, claims: [library], isHeld: false, ignoresWindows },
    ]);
    repository.finish(repository.find(b.id) as Job, { status: 'succeeded' }, nothingElse);
    repository.cancelWaiting(a.id, nothingElse);
    t.same(
      repository.positions().map(({ jobId }) => jobId),
      [c.id],
    );
  },
);

t.test('a job that claims nothing has a position, and shows no claim', async (t) => {
  const { repository, insert } = openRepository(t);
  const [, free] = [insert(), insert({ claims: [] })];
  t.match(repository.positions()[1], { jobId: free.id, claims: [], isHeld: false });
  t.same(repository.claimsOf(free.id), []);
  const lost = repository.start(free.id) as Job;
  repository.requeueLost(lost, nothingElse);
  t.match(repository.positions()[1], { jobId: free.id, claims: [], isHeld: false });
});

t.test('a retrying job holds no claim, and joins the lock queue again at its end', async (t) => {
  const { repository, insert } = openRepository(t);
  const [a, b] = [insert(), insert()];
  repository.retryLater(
    repository.start(a.id) as Job,
    failure,
    new Date('2026-08-01T10:01:00Z'),
    nothingElse,
  );
  t.match(repository.find(a.id), {
    status: 'retrying',
    next_attempt_at: '2026-08-01T10:01:00.000Z',
    failure,
    pid: null,
  });
  t.same(
    repository.positions().map(({ jobId }) => jobId),
    [b.id],
  );
  repository.requeueDue(a.id, [library]);
  t.same(
    repository.positions().map(({ jobId }) => jobId),
    [b.id, a.id],
  );
});

t.test('a lost job joins the lock queue again with the claims it had', async (t) => {
  const { repository, insert } = openRepository(t);
  const [a, b] = [insert({ claims: [{ name: 'old-name', mode: 'shared' }, library] }), insert()];
  repository.requeueLost(repository.start(a.id) as Job, nothingElse);
  t.same(
    repository.positions().map(({ jobId }) => jobId),
    [b.id, a.id],
  );
  t.same(repository.claimsOf(a.id), [library, { name: 'old-name', mode: 'shared' }]);
});

t.test('random moves: a job ends once, and only running jobs hold claims', async (t) => {
  const opened = openRepository(t);
  const { repository, ops, insert } = opened;
  let state = 7;
  const below = (n: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % n;
  };
  const ends = new Map<string, number>();
  const ended = ({ id }: Job) => ends.set(id, (ends.get(id) ?? 0) + 1);
  const ids = Array.from({ length: 40 }, () => insert().id);
  for (let step = 0; step < 1500; step++) {
    const job = repository.find(ids[below(ids.length)] as string) as Job;
    const moves = [
      () => repository.start(job.id),
      () => repository.finish(job, { status: 'succeeded' }, ended),
      () => repository.finish(job, { status: 'failed', failure }, ended),
      () => repository.finish(job, { status: 'cancelled' }, ended),
      () => repository.retryLater(job, failure, new Date(), nothingElse),
      () => repository.requeueDue(job.id, [library]),
      () => repository.requeueLost(job, nothingElse),
      () => below(4) === 0 && repository.cancelWaiting(job.id, ended),
    ];
    moves[below(moves.length)]?.();
  }
  const terminal = ops
    .prepare(`SELECT id FROM job WHERE status IN ('succeeded', 'failed', 'cancelled')`)
    .pluck()
    .all();
  t.ok(terminal.length > 20);
  t.same(new Set(ends.keys()), new Set(terminal));
  t.same(new Set(ends.values()), new Set([1]));
  const idsOf = (where: string) => new Set(ops.prepare(`SELECT id FROM job WHERE ${where}`).pluck().all());
  t.same(new Set(repository.positions().map(({ jobId }) => jobId)), idsOf(`status IN ('queued', 'running')`));
  const held = repository.positions().filter(({ isHeld }) => isHeld);
  t.same(new Set(held.map(({ jobId }) => jobId)), idsOf(`status = 'running'`));
});
