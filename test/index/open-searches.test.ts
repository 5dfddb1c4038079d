import t from 'tap';
import { createOpenSearches } from '../../src/index/open-searches.ts';

t.test('other work waits for open searches, but not for long', async (t) => {
  let now = 0;
  const searches = createOpenSearches(() => now);
  await searches.yieldTo();
  let end = () => {};
  const searching = searches.track(
    new Promise<string>((resolve) => {
      end = () => resolve('found');
    }),
  );
  let steps = 0;
  const first = searches.yieldTo().then(() => steps++);
  await new Promise(setImmediate);
  t.equal(steps, 0, 'a search is open');
  now = 20;
  await first;
  t.equal(steps, 1);
  const second = searches.yieldTo().then(() => steps++);
  end();
  t.equal(await searching, 'found');
  await second;
  t.equal(steps, 2);
  await t.rejects(searches.track(Promise.reject(new Error('broken'))), /broken/);
  await searches.yieldTo();
});
