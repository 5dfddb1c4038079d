// Asks Google for access with a key, and opens each named spreadsheet with it: its tabs and the headers of each. In a process of
// its own, as everything that reads sheets.
import { type CheckStep, type Found, takeSteps } from '../core/check-steps.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { formatList } from '../core/format.ts';
import type { SheetSource } from '../core/sheet-source.ts';
import type { GoogleAccess } from '../google/patient-fetch.ts';
import { openSpreadsheet } from '../google/spreadsheet.ts';
import { requestToken } from '../google/token.ts';
import { checkHeaders } from '../sheets/checks.ts';
import { placeOf } from '../sheets/grid-tab.ts';
import { sentence } from '../sheets/problems.ts';
import { tabsNamed } from '../sheets/tabs.ts';
import { findTabs } from '../sheets/xlsx/tab-names.ts';

/** `isRefused`: Google does not accept the key; asking again will not help. */
export type OpenedSheets = { steps: CheckStep[]; isRefused: boolean };

/** A person waits, so a connection that fails is tried only once more. */
const patience = { maxTries: 2, requestMs: 15_000, onWait() {} };
const tokenTitle = 'Google accepts the key';

/** A key or a sheet that is refused is a result; errors of this program are thrown. `sources`: all are Google spreadsheets. */
export async function openSheets({ google }: Config, sources: SheetSource[]): Promise<OpenedSheets> {
  const access = { ...google, ...patience };
  const { steps, errors, take, skip } = takeSteps();
  const token = await take(tokenTitle, async () => {
    return { text: `Yes, as ${await requestToken(access)}.` };
  });
  for (const source of sources) {
    const title = `Opens ${source.name} and reads the headers`;
    if (token) await take(title, () => readHeaders(access, source));
    else skip(title, 'Not reached.');
  }
  if (sources.length === 0) skip('Opens a sheet', 'No named sheet is a Google spreadsheet yet.');
  return { steps, isRefused: errors.some(isRefusedKey) };
}

function isRefusedKey(error: unknown): boolean {
  return error instanceof AppError && error.details?.code === 'google_key';
}

async function readHeaders(access: GoogleAccess, { place, tabs }: SheetSource): Promise<Found> {
  const book = openSpreadsheet(access, place);
  const { title, tabs: sheets } = await book.describe();
  const { found, problems, warnings } = findTabs(sheets, tabsNamed(tabs));
  const headers = await book.readHeaders(found.map(([, { name }]) => name));
  const contents = found.map(([tab], at) => ({
    tab,
    header: headers[at] ?? [],
    records: [],
    isUtf8: true,
    hasNul: true,
    place: placeOf(tab),
  }));
  const checked = checkHeaders({ contents, problems, warnings, hashes: [] });
  // No row was read.
  const [wrong] = checked.sheetProblems.filter(({ code }) => code !== 'empty_tab');
  // The key is good: an export may still write the tabs that are missing.
  if (wrong) return { text: `${title} opens, but: ${sentence(wrong.problem)}`, status: 'warning' as const };
  return { text: `${title}: ${formatList(found.map(([tab]) => tab.title))}.` };
}
