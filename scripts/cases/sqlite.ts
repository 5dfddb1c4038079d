// Databases of other programs, and a damaged one, as the library.
import fs from 'node:fs';
import path from 'node:path';
import type { Case, Group, Verdict } from './case.ts';
import { get, type Product, runJob, withProduct } from './product.ts';

/** The default of CHL_DATABASE_PATH. */
const libraryName = 'chl.db';

export const sqliteCases: Group = {
  name: 'sqlite',
  find(inputs) {
    const names = fs.readdirSync(inputs).filter((name) => name.endsWith('.db'));
    return names.sort().map((name): Case => {
      const file = path.join(inputs, name);
      return name.startsWith('corrupt')
        ? {
            name,
            expected: 'each report names the damaged file and the way back',
            run: () => openDamaged(file),
          }
        : { name, expected: 'one line with table and column; file untouched', run: () => openForeign(file) };
    });
  },
};

async function openForeign(file: string): Promise<Verdict> {
  const before = fs.readFileSync(file);
  let copy = '';
  let isUntouched = false;
  const placeCopy = (root: string) => {
    copy = path.join(root, libraryName);
    fs.copyFileSync(file, copy);
    fs.chmodSync(copy, 0o600);
  };
  const compare = () => {
    isUntouched = before.equals(fs.readFileSync(copy));
  };
  try {
    await withProduct({}, async () => {}, placeCopy, compare);
    return { isRight: false, actual: `the server started${isUntouched ? '' : ' and changed the file'}` };
  } catch (error) {
    const lines = String((error as Error).message)
      .replace(/^The server ended before it listened: /, '')
      .trim()
      .split('\n');
    const isNamed = /\b(table|view)\b/i.test(lines[0] ?? '') && /\bcolumn\b/i.test(lines[0] ?? '');
    const isRight = lines.length === 1 && isNamed && isUntouched;
    return { isRight, actual: `${lines[0]}${isUntouched ? '' : ' (file changed)'}` };
  }
}

async function openDamaged(file: string): Promise<Verdict> {
  const place = (root: string) => {
    fs.copyFileSync(file, path.join(root, libraryName));
    fs.chmodSync(path.join(root, libraryName), 0o600);
  };
  return withProduct({}, async (product) => judgeDamaged(product), place);
}

async function judgeDamaged(product: Product): Promise<Verdict> {
  const reports: [string, string][] = [];
  for (const operation of ['import', 'export', 'index', 'repair']) {
    const job = await runJob(product, operation).catch((error: Error) => error);
    if (job instanceof Error) reports.push([operation, job.message]);
    else if (job.failure) reports.push([operation, job.failure.message]);
  }
  reports.push(['health', (await get(`${product.origin}/health`)).text]);
  const wrong = reports.filter(
    ([, text]) => !text.includes(libraryName) || !/back(ed)? ?up|restore/i.test(text),
  );
  const [first = ['all', 'right']] = wrong;
  return {
    isRight: wrong.length === 0,
    actual: `${wrong.length} of ${reports.length} wrong; ${first.join(': ')}`,
  };
}
