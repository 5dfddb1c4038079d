import t from 'tap';
import {
  formatBytes,
  formatLimit,
  formatNumber,
  formatDuration,
  formatMs,
  formatPercent,
  plural,
  formatRate,
  formatSpan,
  formatTimeLeft,
} from '../../src/core/format.ts';

function table<T extends unknown[]>(title: string, format: (...given: T) => string, rows: [...T, string][]) {
  t.test(title, async (t) => {
    for (const row of rows) {
      const given = row.slice(0, -1) as unknown as T;
      t.equal(format(...given), row.at(-1), JSON.stringify(given));
    }
  });
}

table('counts have a comma every three digits', formatNumber, [
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1284.4, '1,284'],
  [1_234_567, '1,234,567'],
  [-1234, '-1,234'],
  [-123, '-123'],
]);

table('one is singular, every other number plural', (value: number, word: string) => plural(value, word), [
  [0, 'job', '0 jobs'],
  [1, 'job', '1 job'],
  [1200, 'job', '1,200 jobs'],
]);

t.test('an irregular plural can be given', async (t) => {
  t.equal(plural(2, 'entry', 'entries'), '2 entries');
  t.equal(plural(1, 'entry', 'entries'), '1 entry');
});

table('sizes are in bytes, KiB, MiB or GiB, and never show 1024.0', formatBytes, [
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1,023 bytes'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [1024 * 1024 - 1, '1.0 MiB'],
  [1023.9 * 1024, '1023.9 KiB'],
  [1024 * 1024, '1.0 MiB'],
  [77_804_339, '74.2 MiB'],
  [1024 ** 3 - 1, '1.0 GiB'],
  [82_416_343_450, '76.8 GiB'],
]);

const mebibyte = 1024 ** 2;
table('chosen sizes are exact, in the largest unit of which they are whole ones', formatLimit, [
  [16 * 1024, '16 KiB'],
  [512 * 1024, '512 KiB'],
  [1.5 * mebibyte, '1,536 KiB'],
  [mebibyte, '1 MiB'],
  [512 * mebibyte, '512 MiB'],
  [1024 * mebibyte, '1 GiB'],
  [1536 * mebibyte, '1,536 MiB'],
  [20_480 * mebibyte, '20 GiB'],
]);

const minuteMs = 60_000;
table('spans are rounded, with one smaller unit where it is needed', formatSpan, [
  [-1, '0 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [59.6 * minuteMs, '1 h'],
  [90 * minuteMs, '1 h 30 min'],
  [36 * 60 * minuteMs, '36 h'],
  [72 * 60 * minuteMs, '3 d'],
  [252 * 60 * minuteMs, '10 d 12 h'],
]);

table('durations are in seconds, minutes or hours, and never show 60', formatDuration, [
  [-1, '0.0 s'],
  [0, '0.0 s'],
  [3.14, '3.1 s'],
  [59.94, '59.9 s'],
  [59.95, '1 min 00 s'],
  [76, '1 min 16 s'],
  [3599.4, '59 min 59 s'],
  [3599.6, '1 h 00 min'],
  [7500, '2 h 05 min'],
]);

table('milliseconds have at most two digits after the point, and are seconds from one on', formatMs, [
  [0, '0 ms'],
  [0.004, '0.01 ms'],
  [0.04, '0.04 ms'],
  [0.4, '0.4 ms'],
  [9.94, '9.9 ms'],
  [9.96, '10 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1500, '1.5 s'],
  [76_000, '1 min 16 s'],
]);

table('the time left is rounded more coarsely the longer it is', formatTimeLeft, [
  [0, 'about 1 s left'],
  [12.4, 'about 12 s left'],
  [59.4, 'about 59 s left'],
  [59.6, 'about 1 min 00 s left'],
  [83, 'about 1 min 25 s left'],
  [597, 'about 9 min 55 s left'],
  [598, 'about 10 min left'],
  [3600, 'about 60 min left'],
  [7169, 'about 119 min left'],
  [7170, 'about 2 h left'],
  [172_800, 'about 48 h left'],
]);

table('a percentage is 0 only before the first and 100 only after the last', formatPercent, [
  [0, 10, '0%'],
  [1, 100_000, '1%'],
  [62, 100, '62%'],
  [966, 1000, '97%'],
  [97, 100, '97.0%'],
  [99_999, 100_000, '99.9%'],
  [100, 100, '100%'],
  [101, 100, '100%'],
  [0, 0, '100%'],
]);

t.test('a percentage never decreases as work progresses', async (t) => {
  const values = Array.from({ length: 2001 }, (_, done) => Number.parseFloat(formatPercent(done, 2000)));
  t.same(
    values.filter((value, at) => value < (values[at - 1] ?? 0)),
    [],
  );
});

table('a rate below one per second is shown per minute', formatRate, [
  [41.2, '41/s'],
  [1, '1/s'],
  [0.5, '30/min'],
  [0, '0/min'],
]);
