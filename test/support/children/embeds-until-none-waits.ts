// Claims and completes small batches until no entry waits, and prints the ids of its entries, one per line.
import { openDatabase, scriptBusyMs } from '../../../src/core/db/open.ts';
import { createSqliteQueue } from '../../../src/embedding/sqlite-queue.ts';

const [file = '', claimant = ''] = process.argv.slice(2);
const library = openDatabase(file, { busyMs: scriptBusyMs });
const queue = createSqliteQueue(library);
const model = { name: 'three/numbers', version: '1', dimension: 3 };
const vector = new Float32Array([1, 0, 0]);
for (;;) {
  const claims = await queue.claim({ claimant, model, size: 3, leaseMs: 60_000 });
  if (claims.length === 0) break;
  const done = claims.map((claim) => ({ claim, vector }));
  const written = await queue.complete(claimant, model, done);
  if (written !== claims.length) throw new Error(`${written} of ${claims.length} were written.`);
  process.stdout.write(`${claims.map(({ id }) => id).join('\n')}\n`);
}
library.close();
