import { send } from '../message.ts';

const text = 'SELECT pg_sleep(?)';
const item = { database: 'other', text, calls: 1, total_us: 90_000, max_us: 90_000, slow: 1, rows: 1 };
send({ type: 'statements', items: [item] });
send({ type: 'result', data: {} });
