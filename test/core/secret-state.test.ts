import t from 'tap';
import { secretState } from '../../src/core/secret-state.ts';

t.test('another secret is told from the same one, and from the first one', async (t) => {
  t.equal(secretState(null), 'not set');
  t.equal(secretState(null, 'a'), 'not set');
  t.equal(secretState('a'), 'set');
  t.equal(secretState('a', 'a'), 'set');
  t.equal(secretState('b', 'a'), 'changed');
});
