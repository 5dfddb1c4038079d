import { say } from '../message.ts';

say({ type: 'result', data: { env: process.env, cwd: process.cwd() } });
