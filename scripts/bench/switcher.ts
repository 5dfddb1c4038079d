// A process that moves the pointer of an index folder to the other generation at each message.
import { rollBack } from '../../src/index/generation.ts';

const [indexFolder = ''] = process.argv.slice(2);
let attempt = 0;
process.on('message', () => {
  rollBack(indexFolder, { job_id: 'bench', attempt: attempt++, result: {} });
  process.send?.('moved');
});
