// Checks the named sheets, from stored checks and the facts of files; never opens a sheet.
import path from 'node:path';
import type { Check, Found } from '../core/check.ts';
import { plural } from '../core/format.ts';
import { findSecretFileProblem } from '../core/secret-file.ts';
import { defaultSource, type SheetSource } from '../core/sheet-source.ts';
import { url } from '../core/url.ts';
import { findSheetFiles } from '../sheets/file-facts.ts';
import { filesNamed } from '../sheets/tabs.ts';
import { cannotBeRead, lastOf } from './named-sheets.ts';
import type { SourceContext } from './parts.ts';

type Sources = Pick<SourceContext, 'config' | 'sources' | 'sheetRuns' | 'sourceStates'>;

export function sourcesCheck(ctx: Sources): Check {
  return {
    id: 'sources',
    component: 'sources',
    title: 'Sheets',
    everySec: 30,
    dirtyOn: ['sources', 'settings'],
    async look() {
      const sheets = ctx.sources.all();
      const found = await Promise.all(sheets.map((sheet) => judge(ctx, sheet)));
      return { says: plural(sheets.length, 'sheet'), found: found.filter((one) => one !== null) };
    },
  };
}

/** The finding that says why the sheet cannot be used; null if nothing is known. */
async function judge(ctx: Sources, sheet: SheetSource): Promise<Found | null> {
  const { name, kind } = sheet;
  if (kind !== 'google' && (await isMissing(ctx, sheet))) return refuse(name, 'is missing', missing);
  const keyProblem = kind === 'google' ? findKeyProblem(ctx.config.google.keyFile) : null;
  if (keyProblem !== null) return refuse(name, 'cannot be opened: its key cannot be used', keyProblem);
  const check = ctx.sourceStates.find(name);
  if (check?.status !== 'error') return null;
  const last = lastOf(ctx.sheetRuns.lastImport(sheet), ctx.sheetRuns.lastExport(sheet));
  return cannotBeRead({ check, last }) ? refuse(name, 'cannot be read', check.text) : null;
}

const missing =
  'It was imported or exported, and its files are gone. Put them back, or export the library to write them again.';

function refuse(name: string, trouble: string, text: string): Found {
  return {
    subject: name,
    component: `source:${name}`,
    severity: 'error',
    title: `The sheet ${name} ${trouble}`,
    text,
    stops: [`imports and exports of ${name}`],
    fix: { href: url(`/sources/${name}`), label: 'Open the sheet' },
  };
}

/** A sheet that never was there is only not set up; one that only exports write is written again. */
async function isMissing({ config, sheetRuns }: Sources, sheet: SheetSource): Promise<boolean> {
  const files = await findSheetFiles(path.resolve(config.root, sheet.place), filesNamed(sheet.tabs));
  if (files.length > 0) return false;
  if (sheetRuns.lastImport(sheet)) return true;
  return sheet.name === defaultSource && sheetRuns.lastExport(sheet) !== null;
}

function findKeyProblem(keyFile: string | null): string | null {
  if (keyFile === null) return 'No key can be used. See Settings, Credentials.';
  const problem = findSecretFileProblem(keyFile);
  return problem === null ? null : `${keyFile}${problem}`;
}
