import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp } from '../support/app.ts';
import { defineOperation } from '../support/operations.ts';

t.test(
  'of fifty concurrent requests one becomes a job, and the others are refused with the lock holder',
  async (t) => {
    const catalogue = createCatalogue([
      defineOperation({ child: 'sleeps', locks: () => [{ name: 'library', mode: 'exclusive' }] }),
    ]);
    const app = await startApp(t, { catalogue });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        app.json('/api/v1/operations/chore', {}, { 'x-actor': `client ${at}` }),
      ),
    );
    const [accepted, ...more] = answers.filter(({ status }) => status === 202);
    t.equal(more.length, 0);
    const { job_id, number } = accepted?.body ?? {};
    const refused = answers.filter((answer) => answer !== accepted);
    t.equal(refused.length, 49);
    for (const { status, body } of refused) {
      t.equal(status, 409);
      t.match(body.error, {
        code: 'operation_locked',
        details: { holder: { job_id, number, operation: 'chore' } },
      });
      t.match(body.error.message, `chore #${number} by client `);
    }
    t.equal((await app.json('/api/v1/operations/jobs')).body.items.length, 1);
  },
);
