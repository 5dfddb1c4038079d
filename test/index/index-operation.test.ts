import t from 'tap';
import { indexOperation } from '../../src/index/index-operation.ts';

t.test('form, dialog and list say which entries are embedded again', async (t) => {
  const { dialog, subject } = indexOperation;
  for (const [args, about, question] of [
    [{}, 'new entries', 'Embed new entries and rebuild the index?'],
    [
      { category: 'GIT' },
      'new entries: category GIT',
      'Embed new entries of category GIT and rebuild the index?',
    ],
    [{ full: true }, 'everything again', 'Embed everything again and rebuild the index?'],
    [
      { full: true, category: 'GIT' },
      'category GIT again',
      'Embed category GIT again and rebuild the index?',
    ],
    [{ full: true, entry: 'EXP-1' }, 'entry EXP-1 again', 'Embed entry EXP-1 again and rebuild the index?'],
  ] as const) {
    t.equal(subject?.(args), about);
    const shown = dialog?.(args);
    t.equal(shown?.question, question);
    const isFull = 'full' in args;
    t.equal(
      shown?.consequences.some((one) => one.startsWith('New vectors replace')),
      isFull,
    );
    t.equal(
      shown?.consequences.some((one) => one.includes('are not embedded again')),
      !isFull,
    );
  }
});
