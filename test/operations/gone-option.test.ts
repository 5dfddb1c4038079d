// A stored value that the list of its argument no longer has.
import t from 'tap';
import { viewField } from '../../src/operations/run-dialog.ts';

const property = { type: 'string' as const, title: 'Source', enum: ['a', 'b'], default: 'a' };

t.test('a value that is not listed any more stays chosen and is invalid', async (t) => {
  const { options, problem } = viewField('source', property, 'real', null);
  t.match(options, [{ value: 'real', label: 'real (not there any more)', isChosen: true }, {}, {}]);
  t.equal(options.filter(({ isChosen }) => isChosen).length, 1);
  t.equal(problem, '“real” is not there any more.');
});

t.test('a listed value and none have no problem', async (t) => {
  for (const value of ['b', undefined]) {
    const { options, problem } = viewField('source', property, value, null);
    t.equal(problem, null);
    t.equal(options.length, 2);
  }
});
