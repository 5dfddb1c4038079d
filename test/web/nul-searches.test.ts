// The character of code 0 in a search: SQLite reads a pattern no further, which must not make everything match.
import '../support/plain-children.ts';
import t from 'tap';
import { errors } from '../../src/errors/feature.ts';
import { runAndAwaitEvent, startApp } from '../support/app.ts';
import { logError } from '../support/errors.ts';

const lists = {
  '/api/v1/operations/jobs': 'q',
  '/api/v1/audit': 'q',
  '/api/v1/errors': 'q',
  '/api/v1/log': 'text',
};

t.test(
  'a search for the character of code 0 finds nothing, in each list that is searched by words',
  async (t) => {
    const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
    await runAndAwaitEvent(app, 'repair');
    logError(app, { message: 'repair broke', code: 'E1' });
    await app.use(errors).collector.runOnce();
    const found = async (address: string) => {
      const { body } = await app.json(address);
      if (!body.items) throw new Error(`${address}: ${JSON.stringify(body)}`);
      return body.items.length;
    };
    for (const [path, name] of Object.entries(lists)) {
      t.ok(await found(path), path);
      for (const text of ['%00', 'repair%00', 'repair%00 repair', '%00%00', '%22repair%00%22'])
        t.equal(await found(`${path}?${name}=${text}`), 0, `${path}?${name}=${text}`);
    }
    t.equal(await found('/api/v1/operations/jobs?q=error:%00'), 0);
  },
);

t.test('a bulk action on the jobs of such a search has no job', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  await runAndAwaitEvent(app, 'repair');
  const given = { action: 'retry', reason: 'a test needs it', filter: { q: '\0' } };
  const { body } = await app.json('/api/v1/operations/jobs/bulk', given);
  t.match(body, { total: 0 });
});
