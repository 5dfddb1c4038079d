// Fails as a script with a bug does: with a stack in its output. The text is part of its message.
import { readFileSync } from 'node:fs';

const { args } = JSON.parse(readFileSync(0, 'utf8'));
sumUp(args?.text ?? '');

function sumUp(text: string): number {
  throw new RangeError(`No number in "${text}" at ${Date.now()}`);
}
