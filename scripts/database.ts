// The operation `database`; its work is src/databases/work-on-database.ts.
import { keepTemporaryFilesIn, loadConfig } from '../src/core/config.ts';
import type { DatabaseArguments } from '../src/databases/database.ts';
import { databaseOperation } from '../src/databases/database-operation.ts';
import { workOnDatabase } from '../src/databases/work-on-database.ts';
import { runOperation } from './run-operation.ts';

// A vacuum writes a copy, for which the folder for temporary files of a system is often too small.
keepTemporaryFilesIn(loadConfig().root);
await runOperation<DatabaseArguments>(databaseOperation, workOnDatabase);
