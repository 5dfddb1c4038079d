import t from 'tap';
import { createCatchUp } from '../../src/backup-store/catch-up.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { exportOperation } from '../../src/exports/export-operation.ts';

t.test('only scripts of this program may have left hidden files', async (t) => {
  const custom = { ...exportOperation, name: 'custom', script: { command: ['true'] as [string], env: [] } };
  const cleaned: string[] = [];
  let looks = 0;
  const catchUp = createCatchUp({
    config: { backupPath: '/nowhere' },
    catalogue: createCatalogue([exportOperation, custom]),
    cleaning: { afterJob: async ({ operation }) => void cleaned.push(operation) },
    inventory: { catchUp: async () => void looks++ },
  });
  for (const operation of ['export', 'custom', 'gone'])
    await catchUp({ id: operation, number: 1, operation });
  t.same(cleaned, ['export', 'gone'], 'an operation that is gone may have been one of them');
  t.equal(looks, 3, 'a custom operation may remove a backup');
});
