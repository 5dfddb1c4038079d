// The operation `audit-check`; its work is src/audit/verify-chain.ts.
import { createChainRepository } from '../src/audit/chain-repository.ts';
import { headFile, readHead } from '../src/audit/head-file.ts';
import { verifyChain } from '../src/audit/verify-chain.ts';
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { AppError } from '../src/core/errors.ts';
import { runScript } from '../src/jobs/script.ts';

await runScript((_args, { config, progress }) => {
  const startedAt = performance.now();
  // Before the rows: the log then has every row that the head can name.
  const { head, problem } = readHead(headFile(config.root));
  const ops = openDatabase(config.opsDatabasePath, { busyMs: scriptBusyMs, readonly: true });
  try {
    const chain = createChainRepository(ops);
    const onProgress = (done: number, total: number) => progress(done, total, 'verify');
    const { rows, sealed, head: last } = verifyChain({ chain, head, onProgress });
    if (problem !== null)
      throw new AppError(
        'config',
        `All ${rows} rows fit their hashes, but the end of the audit log could not be compared. ${problem}`,
        { next: `Remove audit.head; the server makes a new one. docs/audit.md explains the file.` },
      );
    const ms = Math.round(performance.now() - startedAt);
    return { rows, sealed, head_id: last?.id ?? null, head_hash: last?.hash ?? null, ms };
  } finally {
    ops.close();
  }
});
