import t from 'tap';
import { scaleToUnit, toUnitVector } from '../../src/embedding/vector.ts';

const bytesOf = (...numbers: number[]) => Buffer.from(Float32Array.from(numbers).buffer);

t.test('stored bytes are read as a vector of length 1', (t) => {
  t.same(toUnitVector(bytesOf(3, 4), 2), Float32Array.of(0.6, 0.8));
  t.end();
});

t.test('a vector that has length 1 keeps its bytes', (t) => {
  const vector = Float32Array.of(0.6, -0.8);
  t.same(toUnitVector(bytesOf(...vector), 2), vector);
  t.end();
});

t.test('bytes that are not a vector give null', (t) => {
  t.equal(toUnitVector(bytesOf(1, 0, 0), 2), null, 'another dimension');
  t.equal(toUnitVector(bytesOf(Number.NaN, 1), 2), null, 'not a number');
  t.equal(toUnitVector(bytesOf(Number.POSITIVE_INFINITY, 1), 2), null, 'infinite');
  t.equal(scaleToUnit(new Float32Array(2)), null, 'all zero');
  t.end();
});
