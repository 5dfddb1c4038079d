// Reads the place of a named sheet as a person gives it, and spells it as it is kept: a path with its links resolved, relative to
// the data root when it is inside, or the id of a Google spreadsheet.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { expandHome } from '../core/home.ts';
import type { SourceKind } from '../core/sheet-source.ts';
import { findSheetPath, formatPath, isUpload, pathInRoot } from '../sheets/location.ts';
import { recogniseSheetFile } from '../sheets/sheet-file.ts';
import { isWorkbookPath, workbookEnding } from '../sheets/swap.ts';

type Place = { place: string } | { message: string };

export function readPlace(config: Config, kind: SourceKind, given: string): Place {
  if (kind === 'google') return readSpreadsheetId(given.trim());
  if (/^https:\/\/docs\.google\.com\//.test(given.trim()))
    return { message: 'This is the address of a Google spreadsheet: choose that kind.' };
  const isThere = given.trim() !== '' && fs.existsSync(path.resolve(config.root, expandHome(given.trim())));
  const found = findSheetPath(config, given.trim(), isThere ? 'read' : 'write');
  if ('message' in found) return found;
  if (isUpload(config, found.folder))
    return {
      message: `${formatPath(config, found.folder)} is removed an hour after its last use. Copy it into sheets first.`,
    };
  const message = findKindProblem(config, kind, found.folder, isThere);
  return message === null ? { place: pathInRoot(config, found.folder) } : { message };
}

function findKindProblem(config: Config, kind: SourceKind, place: string, isThere: boolean): string | null {
  const shown = formatPath(config, place);
  const isFolder = isThere && fs.statSync(place).isDirectory();
  if (kind === 'folder') {
    const isFile = isThere ? !isFolder : isWorkbookPath(place);
    return isFile ? `${shown} is a file, not a folder. Choose the kind workbook, or name a folder.` : null;
  }
  if (isFolder) return `${shown} is a folder, not a workbook. Choose the kind folder, or name a workbook.`;
  if (!isWorkbookPath(place)) return `${shown} must end in ${workbookEnding}, as the name of a workbook.`;
  const isOther = isThere && recogniseSheetFile(place).kind !== 'xlsx';
  return isOther ? `${shown} is a ZIP file, not a workbook.` : null;
}

const exampleAddress = 'https://docs.google.com/spreadsheets/d/…/edit';

/** Addresses under `/d/e/` are those of published copies, which no program can write. */
function readSpreadsheetId(given: string): Place {
  const [, id = given] = /\/spreadsheets\/(?:u\/\d+\/)?d\/([^/?#]+)/.exec(given) ?? [];
  if (/^[\w-]{20,100}$/.test(id)) return { place: id };
  if (id === 'e')
    return {
      message: `This is the address of a published copy. Open the spreadsheet itself: ${exampleAddress}`,
    };
  return { message: `Enter the address of the spreadsheet, ${exampleAddress}, or its id.` };
}
