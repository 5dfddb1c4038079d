// Snapshots as people zip them: each is uploaded, and must be staged or refused with one sentence that says what to do.
import fs from 'node:fs';
import path from 'node:path';
import type { Case, Group } from './case.ts';
import { read, withProduct } from './product.ts';

/** The product's own download, and harmless ways to pack it again. */
const mustBeTaken = ['orig', 'z02', 'z03', 'z07', 'z09', 'z36'];
const nextStep = /(^|[.;:] )(upload|download|rename|pack|choose)\b/i;

export const zipCases: Group = {
  name: 'zip',
  find(inputs) {
    const names = fs.readdirSync(inputs).filter((name) => name.endsWith('.zip'));
    return names.sort().map((name): Case => {
      const isTaken = mustBeTaken.includes(name.split(/[-.]/, 1)[0] ?? '');
      const expected = isTaken ? 'taken' : 'taken, or one sentence with the next step';
      return { name, expected, run: () => upload(path.join(inputs, name), isTaken) };
    });
  },
};

async function upload(file: string, mustTake: boolean) {
  return withProduct({}, async ({ origin }) => {
    const form = new FormData();
    form.set('snapshot', new Blob([fs.readFileSync(file)], { type: 'application/zip' }), path.basename(file));
    const answer = await fetch(`${origin}/api/v1/index/snapshot`, { method: 'POST', body: form });
    const { status, body, text } = await read(answer);
    if (status === 202) return { isRight: true, actual: 'taken' };
    const message = String(body?.error?.message ?? body?.message ?? text);
    return { isRight: !mustTake && status < 500 && nextStep.test(message), actual: `${status}: ${message}` };
  });
}
