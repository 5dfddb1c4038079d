import t from 'tap';
import type { Claim } from '../../src/jobs/job.ts';
import { findBlocker, findStartable, findWindow, type Position } from '../../src/jobs/locks.ts';

const shared = (name: string): Claim => ({ name, mode: 'shared' });
const exclusive = (name: string): Claim => ({ name, mode: 'exclusive' });
const waiter = (jobId: string, ...claims: Claim[]): Position => ({ jobId, claims, isHeld: false });
const holder = (jobId: string, ...claims: Claim[]): Position => ({ jobId, claims, isHeld: true });

t.test('shared claims run together, an exclusive one alone', async (t) => {
  t.same(
    findStartable([waiter('a', shared('x')), waiter('b', shared('x')), waiter('c', exclusive('x'))], 9),
    ['a', 'b'],
  );
  t.same(findStartable([waiter('a', exclusive('x')), waiter('b', shared('x'))], 9), ['a']);
  t.same(findStartable([waiter('a', exclusive('x')), waiter('b', exclusive('y'))], 9), ['a', 'b']);
});

t.test('a job starts with all its claims or with none', async (t) => {
  const line = [
    holder('a', exclusive('x')),
    waiter('b', exclusive('x'), exclusive('y')),
    waiter('c', exclusive('y')),
  ];
  t.same(findStartable(line, 9), [], 'c is behind b, which waits for x');
});

t.test('an exclusive waiter is not overtaken by shared ones that come later', async (t) => {
  const line = [holder('a', shared('x')), waiter('b', exclusive('x')), waiter('c', shared('x'))];
  t.same(findStartable(line, 9), []);
  t.same(findStartable(line.slice(1), 9), ['b']);
});

t.test('a holder counts at any position in the queue', async (t) => {
  t.same(findStartable([waiter('b', shared('x')), holder('a', exclusive('x'))], 9), []);
});

t.test('a job that claims nothing starts at once', async (t) => {
  t.same(findStartable([holder('a', exclusive('x')), waiter('b', exclusive('x')), waiter('c')], 9), ['c']);
});

t.test('at most the given number of jobs starts, in order of arrival', async (t) => {
  const line = ['a', 'b', 'c'].map((id) => waiter(id, shared('x')));
  t.same(findStartable(line, 2), ['a', 'b']);
  t.same(findStartable(line, 0), []);
  t.same(findStartable(line, -1), []);
});

t.test('the blocker is a holder first, else the earliest waiter', async (t) => {
  const ahead = [waiter('w', exclusive('x')), waiter('v', exclusive('x')), holder('h', shared('x'))];
  t.equal(findBlocker([exclusive('x')], ahead)?.jobId, 'h');
  t.equal(findBlocker([shared('x')], ahead)?.jobId, 'w', 'a shared holder does not block shared claims');
  t.equal(findBlocker([exclusive('y')], ahead), null);
  t.equal(findBlocker([], ahead), null);
});

t.test('a window that claims everything waits for every holder, and nothing starts behind it', async (t) => {
  const drained = waiter('window:1', exclusive('*'), exclusive('x'));
  t.same(findStartable([drained, waiter('a'), waiter('b', shared('y'))], 9), ['window:1']);
  t.same(findStartable([drained, holder('a'), waiter('b')], 9), [], 'also for a job that claims nothing');
  t.same(findStartable([holder('window:1', exclusive('*')), waiter('a')], 9), []);
  t.equal(findBlocker([], [drained])?.jobId, 'window:1');
  t.equal(findBlocker([exclusive('*')], [holder('a')])?.jobId, 'a');
});

t.test('a window needs no room among the running jobs, and takes none', async (t) => {
  const line = [waiter('a', shared('x')), waiter('window:1', exclusive('y')), waiter('b', shared('x'))];
  t.same(findStartable(line, 0), ['window:1']);
  t.same(findStartable(line, 2), ['a', 'window:1', 'b']);
});

t.test('a job that ignores windows waits for jobs only', async (t) => {
  const line = [holder('window:1', exclusive('*'), exclusive('x')), holder('a', shared('x'))];
  const passing = { ...waiter('b', shared('x')), ignoresWindows: true };
  t.same(findStartable([...line, passing], 9), ['b']);
  t.same(findStartable([...line, { ...passing, claims: [exclusive('x')] }], 9), []);
  t.equal(findBlocker([shared('x')], line, { ignoresWindows: true }), null);
  t.equal(findBlocker([exclusive('x')], line, { ignoresWindows: true })?.jobId, 'a');
  t.equal(findWindow([shared('x')], line)?.jobId, 'window:1');
});

t.test('a waiter that a window bars holds back nothing that the window lets pass', async (t) => {
  const frozen = holder('window:1', shared('library'), exclusive('sheets'));
  const importing = waiter('import', exclusive('library'), shared('sheets'));
  const repair = waiter('repair', shared('library'), exclusive('index'));
  for (const window of [frozen, { ...frozen, isHeld: false }]) {
    const line = [window, importing, waiter('undo', exclusive('library')), repair];
    t.match(findStartable(line, 9).at(-1), 'repair');
    t.notOk(findStartable(line, 9).includes('import'));
    t.equal(findBlocker(repair.claims, line.slice(0, 3)), null);
    t.equal(
      findBlocker(importing.claims, [...line.slice(0, 3), { ...repair, isHeld: true }])?.jobId,
      window.isHeld ? 'window:1' : 'repair',
      'a window that holds is named first',
    );
  }
  const passing = { ...waiter('hurry', exclusive('library')), ignoresWindows: true };
  t.same(findStartable([frozen, importing, passing, repair], 9), ['hurry'], 'an override passes it, too');
  t.same(
    findStartable([importing, { ...frozen, isHeld: false }, repair], 9),
    ['import'],
    'not one ahead of it',
  );
  const drained = waiter('window:2', exclusive('*'));
  t.same(findStartable([drained, importing, repair], 9), ['window:2']);
  t.same(
    findStartable([importing, { ...repair, isHeld: true }, waiter('index', exclusive('index'))], 9),
    [],
    'at the end of the window it has its place',
  );
  t.same(
    findStartable([importing, { ...repair, isHeld: true }, waiter('export', shared('library'))], 9),
    [],
    'and later ones wait for it',
  );
});

/** Seeded random numbers (mulberry32), so that a failure can be reproduced. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function randomClaims(below: (n: number) => number): Claim[] {
  const names = ['a', 'b', 'c', 'd'].filter(() => below(3) === 0);
  return names.map((name) => ({ name, mode: below(2) === 0 ? 'shared' : 'exclusive' }));
}

/** The naive rule: its claims are compatible with every holder and every earlier waiter, but those that a window bars. */
function naiveStartable(line: Position[]): string[] {
  const clash = (one: Claim, other: Claim) =>
    one.name === other.name && (one.mode === 'exclusive' || other.mode === 'exclusive');
  const fits = (one: Position, other: Position) =>
    one.claims.every((claim) => other.claims.every((against) => !clash(claim, against)));
  const isJob = ({ jobId }: Position) => !jobId.startsWith('window:');
  const isBefore = (other: Position, place: Position) =>
    other !== place && (other.isHeld || line.indexOf(other) < line.indexOf(place));
  const rivalsOf = (place: Position) => line.filter((other) => isBefore(other, place) && !fits(place, other));
  const isBarred = (place: Position) =>
    !place.isHeld && isJob(place) && !place.ignoresWindows && rivalsOf(place).some((other) => !isJob(other));
  const waitsFor = (place: Position) =>
    rivalsOf(place).filter((other) => (isJob(other) ? !isBarred(other) : !place.ignoresWindows));
  return line.filter((place) => !place.isHeld && waitsFor(place).length === 0).map(({ jobId }) => jobId);
}

/** Windows, and the first jobs. */
function firstJobs(ids: string[], max: number): string[] {
  const jobs = ids.filter((id) => !id.startsWith('window:')).slice(0, max);
  return ids.filter((id) => id.startsWith('window:') || jobs.includes(id));
}

t.test('random queues: exactly the jobs of the naive rule start', async (t) => {
  const below = numbers(2026);
  for (let round = 0; round < 3000; round++) {
    const line = Array.from({ length: below(12) }, (_, at) => ({
      jobId: below(5) === 0 ? `window:${at}` : String(at),
      claims: randomClaims(below),
      isHeld: below(4) === 0,
    })).map((place) => ({ ...place, ignoresWindows: !place.jobId.startsWith('window:') && below(6) === 0 }));
    const expected = naiveStartable(line);
    const most = below(5);
    const got = [findStartable(line, 99), findStartable(line, most)];
    const unblocked = line
      .filter(
        (place, at) =>
          !place.isHeld &&
          !findBlocker(
            place.claims,
            line.filter((o, i) => o.isHeld || i < at),
            place,
          ),
      )
      .map(({ jobId }) => jobId);
    t.strictSame([...got, unblocked], [expected, firstJobs(expected, most), expected], `round ${round}`);
    if (t.counts.fail > 0) return t.comment(JSON.stringify(line));
  }
});

t.test(
  'random days: holders never conflict, every job gets its turn, none before an earlier rival',
  async (t) => {
    for (let seed = 1; seed <= 60; seed++) {
      const below = numbers(seed);
      const line: Position[] = [];
      const started: string[] = [];
      const clashes: string[] = [];
      const rivals = (one: Claim[], other: Claim[]) => findBlocker(one, [waiter('', ...other)]) !== null;
      for (let tick = 0; tick < 120; tick++) {
        if (tick < 80) line.push(waiter(`${tick}`, ...randomClaims(below)));
        for (const id of findStartable(line, 4 - line.filter(({ isHeld }) => isHeld).length)) {
          const place = line.find(({ jobId }) => jobId === id) as Position;
          for (const other of line) {
            const isAhead = other.isHeld || line.indexOf(other) < line.indexOf(place);
            if (other !== place && isAhead && rivals(place.claims, other.claims))
              clashes.push(`${id} and ${other.jobId}`);
          }
          place.isHeld = true;
          started.push(id);
        }
        const held = line.filter(({ isHeld }) => isHeld);
        if (held.length > 0) line.splice(line.indexOf(held[below(held.length)] as Position), 1);
      }
      while (line.length > 0) {
        const ready = findStartable(line, 9);
        const ended = line.filter((place) => place.isHeld || ready.includes(place.jobId));
        if (ended.length === 0) break;
        started.push(...ready);
        for (const place of ended) line.splice(line.indexOf(place), 1);
      }
      t.same(
        { clashes, left: line.length, started: started.length },
        { clashes: [], left: 0, started: 80 },
        `day ${seed}`,
      );
    }
  },
);
