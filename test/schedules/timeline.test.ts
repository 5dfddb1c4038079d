// The geometry of the timeline: places in percent, what is merged, its edges, and the days when a clock changes.
import t from 'tap';
import { describeRow } from '../../src/schedules/describe-runs.ts';
import { createCaches } from '../../src/core/cache.ts';
import { createDueTimes } from '../../src/schedules/due-times.ts';
import {
  layOutAxis,
  layOutDue,
  layOutRuns,
  type RunKind,
  rangeAround,
  type Span,
} from '../../src/schedules/timeline.ts';

const now = new Date('2026-11-28T13:08:00Z');
const range = rangeAround(now);
const minuteMs = 60_000;

/** Minutes before now. */
function run(kind: RunKind, before: number, minutes = 0): Span {
  const from = now.getTime() - before * minuteMs;
  return { kind, from, until: from + minutes * minuteMs, count: 1, byHand: 0, first: from, last: from };
}

t.test('a run lies where it began, as wide as it took', async (t) => {
  const [mark, ...more] = layOutRuns([run('done', 720, 144)], range);
  t.match(mark, { kind: 'done', x: 25, width: 5, count: 1 });
  t.strictSame(more, []);
});

t.test('runs at the edges are cut, and those outside are left out', async (t) => {
  const early = run('failed', 25 * 60, 120);
  const marks = layOutRuns([early, run('done', 30 * 60, 1), run('active', 30, 30)], range);
  t.match(marks, [
    { kind: 'failed', x: 0, width: 2.08 },
    { kind: 'active', x: 48.96, width: 1.04 },
  ]);
  const [last] = layOutRuns([run('done', 30, 90)], range);
  t.equal((last?.x ?? 0) + (last?.width ?? 0), 50, 'nothing that has run is in the future');
});

t.test('marks that lie close together are one, with its count and the worst outcome', async (t) => {
  const [mark, ...more] = layOutRuns([run('done', 100), run('failed', 95), run('skipped', 90)], range);
  t.match(mark, { kind: 'failed', count: 3, ofKind: 1 });
  t.strictSame(more, []);
  t.equal(layOutRuns([run('done', 100), run('failed', 60)], range).length, 2, 'forty minutes are apart');
  const missed = layOutRuns([run('skipped', 100), run('missed', 95)], range);
  t.match(missed, [{ kind: 'missed', count: 2 }]);
});

t.test('a schedule of every minute draws a band, with what went wrong in its place', async (t) => {
  const runs = Array.from({ length: 1440 }, (_, at) => run(at === 700 ? 'failed' : 'done', 1440 - at, 0.1));
  const marks = layOutRuns(runs, range);
  t.strictSame(
    marks.map(({ kind }) => kind),
    ['done', 'failed', 'done'],
  );
  t.equal(
    marks.reduce((sum, { count }) => sum + count, 0),
    1440,
  );
  const failed = marks[1];
  t.ok(failed && failed.x > 23 && failed.x < 25, `at ${failed?.x}`);
});

t.test('due times that lie close together are one wide mark', async (t) => {
  const ahead = (cron: string) => {
    const due = createDueTimes(createCaches(() => now)).ahead(
      { cron, zone: 'UTC' },
      now,
      new Date(range.until),
    );
    return { count: due.length, marks: layOutDue(due, range) };
  };
  t.match(ahead('15 */4 * * *'), { count: 6, marks: { length: 6 } });
  const dense = ahead('* * * * *');
  t.ok(dense.count < 150, `${dense.count} are looked at`);
  t.match(dense.marks, [{ x: 50.03, kind: 'due' }]);
  t.equal(dense.marks.length, 1);
  const [nine, ...more] = ahead('* 9 * * *').marks;
  t.ok(nine && nine.x > 91 && nine.width < 2.1, 'dense times end where they end');
  t.strictSame(more, []);
});

t.test('due times that are known already are kept while the clock goes on', async (t) => {
  const dayMs = 86_400_000;
  for (const cron of ['15 */4 * * *', '* * * * *', '* 9 * * *', '0 * * * *']) {
    const kept = createDueTimes(createCaches(() => now));
    for (const minutes of [0, 1, 59, 400, 401, 3000, 10]) {
      const at = new Date(now.getTime() + minutes * minuteMs);
      const until = new Date(at.getTime() + dayMs);
      const found = kept.ahead({ cron, zone: 'UTC' }, at, until);
      const again = createDueTimes(createCaches(() => now)).ahead({ cron, zone: 'UTC' }, at, until);
      const last = Math.abs((found.at(-1)?.getTime() ?? 0) - (again.at(-1)?.getTime() ?? 0));
      t.ok(found.every((due) => due > at && due <= until) && last < 10 * minuteMs, `${cron} +${minutes}`);
      if (!cron.startsWith('*')) t.same(found, again);
    }
  }
});

t.test('the axis has a line each six hours of the clock, also when it changes', async (t) => {
  const labelsAt = (at: string, zone: string) =>
    layOutAxis(rangeAround(new Date(at)), zone).labels.map(({ text }) => text);
  const usual = ['18:00', 'Sat 00:00', '06:00', '12:00', '18:00', 'Sun 00:00', '06:00'];
  t.equal(layOutAxis(rangeAround(new Date('2026-11-28T13:08:00Z')), 'Europe/Berlin').now, 'now 14:08');
  t.strictSame(labelsAt('2026-11-28T13:08:00Z', 'Europe/Berlin'), usual);
  const hoursBetween = (at: string, zone: string) => {
    const { lines } = layOutAxis(rangeAround(new Date(at)), zone);
    return lines.slice(1).map((x, before) => Math.round((x - (lines[before] ?? 0)) * 4.8) / 10);
  };
  const spring = hoursBetween('2027-03-28T07:00:00Z', 'Europe/Berlin');
  t.same(spring.toSorted(), [5, 6, 6, 6, 6, 6, 6], 'the night is an hour shorter');
  const autumn = hoursBetween('2027-04-03T22:00:00Z', 'Australia/Lord_Howe');
  t.equal(Math.max(...autumn), 6.5, 'the night is half an hour longer');
  t.ok(labelsAt('2026-11-28T13:08:00Z', 'Asia/Kathmandu').length >= 7, 'a zone of a quarter of an hour');
});

/** The width that the style sheet leaves for the track: beside it are the gutters of the page and of the card, and from 672 px on a
 *  column of names. */
const trackOf = (width: number) => (width > 672 + 34 ? width - 34 - 32 - 192 : width - 34 - 32);
const textWidth = (text: string) => text.length * 6.1;

t.test(
  'the labels of the axis do not touch each other at any width, at any time, and are not cut',
  async (t) => {
    const bad = new Set<string>();
    for (const [start, zone] of [
      ['2026-11-28T13:08:00Z', 'Europe/Berlin'],
      ['2027-03-27T12:00:00Z', 'Europe/Berlin'],
      ['2026-10-24T12:00:00Z', 'Europe/Berlin'],
      ['2027-04-03T00:00:00Z', 'Australia/Lord_Howe'],
    ] as const)
      for (let minutes = 0; minutes < 48 * 60; minutes += 11) {
        const at = new Date(Date.parse(start) + minutes * minuteMs);
        const { labels } = layOutAxis(rangeAround(at), zone);
        for (let width = 320; width <= 1440; width += 10) {
          const track = trackOf(width);
          const isNarrow = width <= 672 + 34;
          const boxes = labels
            .filter(({ isAlternate }) => !isNarrow || !isAlternate)
            .map(({ x, text }) => [-1, 1].map((side) => (x * track) / 100 + (side * textWidth(text)) / 2));
          const isTouching = boxes.some(
            ([left = 0], one) => one > 0 && left - (boxes[one - 1]?.[1] ?? 0) < 3,
          );
          const isCut = boxes.some(([left = 0, right = 0]) => left < -16 || right > track + 16);
          if (isTouching || isCut || boxes.length < 3) bad.add(`${width} px, ${at.toISOString()}`);
        }
      }
    t.strictSame([...bad].slice(0, 5), []);
  },
);

t.test('a row is one sentence', async (t) => {
  const say = (spans: Span[], due: string[] = [], isOn = true) =>
    describeRow(
      spans,
      { due: due.map((clock) => new Date(`2026-11-28T${clock}:00Z`)), when: 'Every 4 hours', isOn },
      'UTC',
    );
  const spans = [run('done', 120), run('done', 60), run('failed', 180), run('skipped', 240)];
  t.equal(say(spans, ['14:15']), 'Done at 11:08 and 12:08; failed at 10:08; skipped at 09:08. Due at 14:15.');
  t.equal(say([]), 'No run in the last 24 hours. Not due in the next 24 hours.');
  t.equal(say([], [], false), 'No run in the last 24 hours. Switched off.');
  const many = [{ ...run('done', 600), count: 96, last: now.getTime() - 8 * minuteMs }];
  const due = ['14:00', '15:00', '16:00', '17:00', '18:00', '19:00', '20:00'];
  t.equal(say(many, due), 'Done 96 times, last at 13:00. Due every 4 hours, next at 14:00.');
  const byHand = { ...run('done', 60), byHand: 1 };
  t.equal(
    say([run('removed', 120), byHand], ['14:15']),
    'Done at 12:08 by hand; run (job removed) at 11:08. Due at 14:15.',
  );
  const mixed = [{ ...many[0], byHand: 2 } as Span];
  t.equal(say(mixed, due), 'Done 96 times, last at 13:00, 2 by hand. Due every 4 hours, next at 14:00.');
});
