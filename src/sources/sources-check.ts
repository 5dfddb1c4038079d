// Checks the named sheets, from stored checks and the facts of files; never opens a sheet.
import type { Check, Found } from '../core/check.ts';
import { findSecretFileProblem } from '../core/secret-file.ts';
import { defaultSource } from '../core/sheet-source.ts';
import { url } from '../core/url.ts';
import { cannotBeRead, describeSheet, type NamedSheet } from './named-sheets.ts';
import type { SourceContext } from './parts.ts';
import { plural } from '../core/format.ts';

type Sources = Pick<SourceContext, 'config' | 'sources' | 'sheetRuns' | 'sourceStates' | 'findDrift'>;

export function sourcesCheck(ctx: Sources): Check {
  return {
    id: 'sources',
    component: 'sources',
    title: 'Sheets',
    everySec: 30,
    dirtyOn: ['sources', 'settings', 'job'],
    async look() {
      const sheets = await Promise.all(ctx.sources.all().map((source) => describeSheet(ctx, source)));
      return { says: plural(sheets.length, 'sheet'), found: sheets.flatMap((sheet) => judge(ctx, sheet)) };
    },
  };
}

/** One finding at most: what keeps the sheet from being used. */
function judge({ config }: Sources, sheet: NamedSheet): Found[] {
  const { name, kind, check } = sheet;
  const refuse = (title: string, text: string): Found[] => [
    {
      subject: name,
      component: `source:${name}`,
      severity: 'error',
      title,
      text,
      stops: [`imports and exports of ${name}`],
      fix: { href: url(`/sources/${name}`), label: 'Open the sheet' },
    },
  ];
  if (isMissing(sheet))
    return refuse(
      `The sheet ${name} is missing`,
      'It was imported or exported, and its files are gone. Put them back, or export the library to write them again.',
    );
  const keyProblem = kind === 'google' ? findKeyProblem(config.google.keyFile) : null;
  if (keyProblem) return refuse(`The key of ${name} cannot be used`, keyProblem);
  return check && cannotBeRead(sheet) ? refuse(`The sheet ${name} cannot be read`, check.text) : [];
}

/** A sheet that never was there is only not set up. */
function isMissing({ name, drift, last, lastImport }: NamedSheet): boolean {
  return drift.state === 'absent' && (name === defaultSource ? last !== null : lastImport !== null);
}

function findKeyProblem(keyFile: string | null): string | null {
  if (keyFile === null) return 'No key is set. Upload one on the page of credentials.';
  const problem = findSecretFileProblem(keyFile);
  return problem === null ? null : `${keyFile}${problem}`;
}
