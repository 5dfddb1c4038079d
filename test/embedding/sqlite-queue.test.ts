import t from 'tap';
import { createSqliteQueue } from '../../src/embedding/sqlite-queue.ts';
import { testQueueContract } from './queue-contract.ts';

testQueueContract(t, createSqliteQueue);
