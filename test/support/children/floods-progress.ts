import { readArguments, send } from '../message.ts';

const { count = 1000 } = readArguments();
const lines = Array.from(
  { length: count },
  (_, at) => `{"type":"progress","done":${at + 1},"total":${count}}\n`,
);
send(Buffer.from(lines.join('')));
