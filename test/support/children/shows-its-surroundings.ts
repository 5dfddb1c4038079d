import { send } from '../message.ts';

send({ type: 'result', data: { env: process.env, cwd: process.cwd() } });
