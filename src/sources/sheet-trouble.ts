// Why a named sheet cannot be used, as far as is known without opening it.
import type { Config } from '../core/config.ts';
import { findSecretFileProblem } from '../core/secret-file.ts';
import type { SheetSource } from '../core/sheet-source.ts';
import type { Drift } from './drift.ts';
import { findProblem, type StoredSheets, wasThere } from './stored-sheets.ts';

export type Trouble = { text: string; since: string | null };

export const missing =
  'It was imported or exported, and its files are gone. Put them back, or export the library to write them again.';

/** `drift`: as it was seen last; null before the first look. */
export function findTrouble(
  given: StoredSheets & { config: Pick<Config, 'google'> },
  source: SheetSource,
  drift: Drift | null,
): Trouble | null {
  const key = source.kind === 'google' ? findKeyProblem(given.config.google.keyFile) : null;
  if (key !== null) return { text: key, since: null };
  const problem = findProblem(given, source);
  if (problem) return { text: problem.text, since: problem.seen?.at ?? null };
  if (drift?.isBlocked) return { text: drift.why ?? '', since: null };
  const isMissing = drift?.state === 'absent' && wasThere(given.sheetRuns, source);
  return isMissing ? { text: missing, since: null } : null;
}

/** Why the key of Google spreadsheets cannot be used; null if nothing is known. */
export function findKeyProblem(keyFile: string | null): string | null {
  if (keyFile === null) return 'No key can be used. See Settings, Credentials.';
  const problem = findSecretFileProblem(keyFile);
  return problem === null ? null : `${keyFile}${problem}`;
}

/** `not_set` and `refused`: Google spreadsheets cannot be opened. Null for a sheet that needs no key. */
export type Credential = {
  name: string;
  status: (typeof credentialStatuses)[number];
  problem: string | null;
};
export const credentialStatuses = ['set', 'not_set', 'refused'] as const;

export function credentialOf({ kind }: SheetSource, { google }: Pick<Config, 'google'>): Credential | null {
  if (kind !== 'google') return null;
  const problem = findKeyProblem(google.keyFile);
  const status = google.keyFile === null ? 'not_set' : problem === null ? 'set' : 'refused';
  return { name: 'google', status, problem };
}
