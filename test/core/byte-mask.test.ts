import t from 'tap';
import { createByteMask } from '../../src/core/byte-mask.ts';

/** A seeded generator, so that a failure can be repeated. */
function createRandom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Feeds `bytes` in chunks of 1 to `maxChunk` bytes. */
function mask(
  patterns: string[],
  bytes: Buffer,
  random: (below: number) => number,
  maxChunk: number,
): Buffer {
  const stream = createByteMask(patterns.map((pattern) => Buffer.from(pattern)))();
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = at + 1 + random(maxChunk);
    // The pipe reuses the memory of a chunk, so the mask must not keep it.
    const chunk = Buffer.from(bytes.subarray(at, next));
    parts.push(Buffer.from(stream.add(chunk)));
    chunk.fill(0);
    at = next;
  }
  parts.push(stream.end());
  return Buffer.concat(parts);
}

/** The expected output, computed from the whole text: every byte of any occurrence is hidden. */
function expected(patterns: string[], text: string): string {
  const isHidden = new Array<boolean>(text.length).fill(false);
  const begins = new Set<number>();
  let hiddenTo = 0;
  for (let at = 0; at < text.length; at++) {
    const lengths = patterns.filter((pattern) => text.startsWith(pattern, at)).map(({ length }) => length);
    if (lengths.length === 0) continue;
    if (at >= hiddenTo) begins.add(at);
    hiddenTo = Math.max(hiddenTo, at + Math.max(...lengths));
    isHidden.fill(true, at, hiddenTo);
  }
  return [...text]
    .map((letter, at) => (begins.has(at) ? '[masked]' : '') + (isHidden[at] ? '' : letter))
    .join('');
}

t.test('overlapping secrets are masked completely in chunks of any size', async (t) => {
  const patterns = ['abcabcabd-secret', 'secret-two', 'aaaaaaab', 'two-aaaaaa', 'bcabca'];
  for (let seed = 1; seed <= 3000; seed++) {
    const random = createRandom(seed);
    const pick = () => patterns[random(patterns.length)] ?? '';
    const text = Array.from({ length: 3 + random(6) }, () =>
      random(2) ? pick() : random(2) ? pick().slice(0, 1 + random(9)) : 'xyz\n',
    ).join('');
    const got = mask(patterns, Buffer.from(text), random, 1 + random(12)).toString();
    if (got !== expected(patterns, text)) return t.fail(`seed ${seed}: ${JSON.stringify(text)} gives ${got}`);
  }
  t.pass('all');
});

t.test('bytes outside secrets are unchanged', async (t) => {
  const random = createRandom(7);
  const bytes = Buffer.from(Array.from({ length: 100_000 }, () => random(256)));
  t.ok(mask(['no such text', '\u0000\u0001secret'], bytes, random, 5000).equals(bytes));
  t.ok(mask([], bytes, random, 5000).equals(bytes));
});

t.test('only bytes that could begin a secret are held back', async (t) => {
  const stream = createByteMask([Buffer.from('secret')])();
  t.equal(stream.add(Buffer.from('Password: ')).toString(), 'Password: ');
  t.equal(stream.add(Buffer.from('sec')).toString(), '');
  t.equal(stream.add(Buffer.from('tor, ')).toString(), 'sector, ');
  t.equal(stream.add(Buffer.from('secret')).toString(), '[masked]');
  t.equal(stream.add(Buffer.from('s')).toString(), '');
  t.equal(stream.end().toString(), 's');
});
