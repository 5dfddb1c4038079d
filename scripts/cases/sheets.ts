// Sheets as people's programs write them: each is imported in a dry run, by its path below an import root.
import fs from 'node:fs';
import path from 'node:path';
import type { Problem } from '../../src/sheets/problems.ts';
import type { Case, Group, Verdict } from './case.ts';
import { get, type JobBody, type Product, runJob, withProduct } from './product.ts';

type Look = { product: Product; job: JobBody; rows: { ref: string; outcome: string; message: string }[] };
type Expectation = { expected: string; isRight(look: Look): boolean | Promise<boolean> };

const problemsOf = ({ job }: Look): Problem[] =>
  job.failure?.detail?.problems ?? job.result?.preview?.invalid ?? [];
const isRead = ({ job, rows }: Look) =>
  job.status === 'succeeded' && job.result?.added > 0 && rows.every(({ outcome }) => outcome === 'warning');
const isNamed = (look: Look) => problemsOf(look).every(({ message }) => message.includes('U+'));
const onlyFailed = ({ job }: Look) => job.status === 'failed' && job.failure?.detail?.total;
const warns = ({ job, rows }: Look, pattern: RegExp) =>
  job.status === 'succeeded' &&
  rows.some(({ outcome, message }) => outcome === 'warning' && pattern.test(message));

const read: Expectation = { expected: 'read', isRight: isRead };
const readOrNamed: Expectation = {
  expected: 'read, or the invisible character named',
  isRight: (look) => isRead(look) || isNamed(look),
};
const oneProblem = (pattern: RegExp): Expectation => ({
  expected: `one problem: ${pattern.source}`,
  isRight: (look) => onlyFailed(look) === 1 && pattern.test(look.job.failure?.message ?? ''),
});
const warned = (pattern: RegExp): Expectation => ({
  expected: `read with a warning: ${pattern.source}`,
  isRight: (look) => warns(look, pattern),
});
const refused = (column: RegExp, pattern: RegExp): Expectation => ({
  expected: `refused by row and column: ${column.source}, ${pattern.source}`,
  isRight: (look) =>
    problemsOf(look).some(
      ({ row, column: at, message }) => (row ?? 0) > 1 && column.test(at ?? '') && pattern.test(message),
    ),
});
const labelled = (label: string): Expectation => ({
  expected: `“${label}”`,
  isRight: ({ job }) => job.result?.changed > 0 && JSON.stringify(job.result).includes(label),
});

/** By the number of a case. */
const expectations: Record<string, Expectation> = {
  c01: read,
  c02: readOrNamed,
  c03: readOrNamed,
  c06: oneProblem(/sep=;/),
  c08: oneProblem(/UTF-16/),
  c18: warned(/^created_at: .*46327/),
  c19: refused(/^(title|playbook)$/, /NUL/),
  c20: warned(/Unicode form/),
  c21: warned(/hidden characters/),
  c26: oneProblem(/“\|”/),
  c31: oneProblem(/row 1/),
  c41: refused(/^title$/, /NUL/),
  c42: refused(/^(id|name)$/, /NUL/),
  c45: refused(/^title$/, /characters are expected/),
  c46: read,
  c47: labelled('only line endings'),
  c48: read,
  c49: labelled('only Unicode form'),
  c52: { expected: 'the title isolated on the page', isRight: isIsolated },
  n2: oneProblem(/Rename “Library - Categories\.csv” to “categories\.csv”/),
  n8: oneProblem(/HTML/),
};

/** Cases that are planned after the import of another one. */
const after: Record<string, string> = { c47: 'c46', c49: 'c48' };

export const sheetCases: Group = {
  name: 'sheets',
  find(inputs) {
    const names = fs.readdirSync(inputs).sort();
    return names.flatMap((name): Case[] => {
      const number = numberOf(name);
      const expectation = expectations[number];
      if (!expectation) return [];
      const before = names.find((one) => numberOf(one) === after[number]);
      return [{ name, expected: expectation.expected, run: () => run(inputs, name, before, expectation) }];
    });
  },
};

const numberOf = (name: string) => name.split('-', 1)[0] ?? '';

async function run(inputs: string, name: string, before: string | undefined, { isRight }: Expectation) {
  return withProduct({ CHL_IMPORT_ROOTS: inputs }, async (product): Promise<Verdict> => {
    if (before !== undefined) await runJob(product, 'import', { path: path.join(inputs, before) });
    const job = await runJob(product, 'import', { path: path.join(inputs, name), dry_run: true });
    const { body } = await get(`${product.origin}/api/v1/operations/jobs/${job.number}/rows`);
    if (numberOf(name) === 'c52') await runJob(product, 'import', { path: path.join(inputs, name) });
    const look = { product, job, rows: body.items };
    return { isRight: await isRight(look), actual: describe(look) };
  });
}

function describe({ job, rows }: Look): string {
  if (job.failure) return job.failure.message;
  const { added, changed, invalid, hidden_changes } = job.result ?? {};
  const labels = Object.keys(hidden_changes ?? {}).join(', ');
  const first = rows[0] ? `; ${rows[0].ref} ${rows[0].outcome}: ${rows[0].message}` : '';
  return `${added} added, ${changed} changed${labels && ` (${labels})`}, ${invalid} invalid${first}`;
}

const override = '\u202E';

/** Each text with an override must stand in an element of its own direction. */
async function isIsolated({ product }: Look): Promise<boolean> {
  const { text } = await get(`${product.origin}/library?state=all`);
  const parts = text.split(override).slice(0, -1);
  return parts.length > 0 && parts.every((part) => /<(bdi|\w+ dir="auto")[^<>]*>[^<>]*$/.test(part));
}
