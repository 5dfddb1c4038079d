// An attempt makes a delivery delivered, failed, or due again.
import t from 'tap';
import { type Exchange, judge, maxAttempts, testType } from '../../src/webhooks/delivery.ts';

const now = new Date('2026-11-30T12:00:00.000Z');
const failed: Exchange = {
  ms: 3,
  status: 500,
  error: 'It answered 500.',
  response: '',
  isFinal: false,
  retryAfterMs: 0,
  isGone: false,
};
const secondsOf = (nextAt: string | null) => (nextAt === null ? null : (Date.parse(nextAt) - +now) / 1000);
const after = (attempts: number, more: Partial<Exchange> = {}, share = 0.5) =>
  judge({ event: 'job.finished', attempts }, { ...failed, ...more }, now, () => share);

t.test('it is tried seven times, at growing distances of ±20%', async (t) => {
  const pauses = Array.from({ length: maxAttempts }, (_, at) => secondsOf(after(at + 1).nextAt));
  t.same(pauses, [5, 30, 120, 600, 3600, 21_600, null]);
  t.same(after(7), { status: 'failed', nextAt: null });
  t.equal(after(1).status, 'retrying');
  t.equal(secondsOf(after(4, {}, 0).nextAt), 480);
  t.equal(secondsOf(after(4, {}, 1).nextAt), 720);
});

t.test('a receiver may ask for a longer pause, up to a day', async (t) => {
  t.equal(secondsOf(after(1, { retryAfterMs: 90_000 }).nextAt), 90);
  t.equal(secondsOf(after(4, { retryAfterMs: 90_000 }).nextAt), 600);
  t.equal(secondsOf(after(1, { retryAfterMs: 9e9 }).nextAt), 86_400);
  t.equal(after(7, { retryAfterMs: 90_000 }).status, 'failed', 'it adds no attempt');
});

t.test('an answer that would stay the same ends it, and a test is tried once', async (t) => {
  t.same(after(1, { isFinal: true }), { status: 'failed', nextAt: null });
  t.same(after(1, { error: null }), { status: 'delivered', nextAt: null });
  t.same(after(8, { error: null }), { status: 'delivered', nextAt: null }, 'a replay');
  const test = judge({ event: testType, attempts: 1 }, failed, now, () => 0.5);
  t.same(test, { status: 'failed', nextAt: null });
});
