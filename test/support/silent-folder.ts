// A folder on a disk that does not answer: whoever asks for it in this process waits.
import fs from 'node:fs';
import type { Test } from 'tap';

const asked = ['access', 'lstat', 'open', 'readdir', 'readFile', 'rename', 'rm', 'stat', 'statfs'] as const;
type Ask = (place: fs.PathLike, ...others: unknown[]) => Promise<unknown>;

/** Returns a function that lets the folder answer, also those who wait; the end of the test calls it, too. */
export function silence(t: Test, folder: string): () => void {
  const files = fs.promises as unknown as Record<(typeof asked)[number], Ask>;
  const saved = Object.fromEntries(asked.map((name) => [name, files[name]])) as typeof files;
  let answerAgain = () => {};
  const answer = new Promise<void>((resolve) => (answerAgain = resolve));
  for (const name of asked)
    files[name] = async (place, ...others) => {
      if (`${place}/`.startsWith(`${folder}/`)) await answer;
      return saved[name](place, ...others);
    };
  const end = () => {
    Object.assign(files, saved);
    answerAgain();
  };
  t.teardown(end);
  return end;
}
