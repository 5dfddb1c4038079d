import { send } from '../message.ts';

process.stderr.write('the sheet is on fire\n');
send({ type: 'failure', message: 'The sheet is on fire.', detail: { where: 'row 7' } });
process.exitCode = 3;
