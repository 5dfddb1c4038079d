import { send } from '../message.ts';

for (let at = 1; at <= 5000; at++) send({ type: 'progress', done: at, phase: `Phase ${at}` });
send({ type: 'result', data: {} });
