// A named sheet, such as `published`: imports read it, exports write it.

export const sourceKinds = ['folder', 'xlsx', 'google'] as const;
/** A folder of CSV files, a workbook, or a Google spreadsheet. */
export type SourceKind = (typeof sourceKinds)[number];

export const kindTitles: Record<SourceKind, string> = {
  folder: 'Folder of CSV files',
  xlsx: 'Workbook',
  google: 'Google spreadsheet',
};

/** How the tabs are named in a sheet. */
export type TabNames = { category: string; experience: string; manual: string };

export type SheetSource = {
  name: string;
  kind: SourceKind;
  /** A path, relative to the data root or absolute; of a Google spreadsheet, its id. */
  place: string;
  /** Null: the tabs have their own names. */
  tabs: TabNames | null;
};

/** Begins the place of a spreadsheet in the arguments of an export. */
export const googlePlace = 'google:';

/** The place of a sheet as the arguments and the lock of an export name it. */
export function targetPlace({ kind, place }: Pick<SheetSource, 'kind' | 'place'>): string {
  return kind === 'google' ? `${googlePlace}${place}` : place;
}

/** Finds the named sheets that arguments name. */
export type SourceFinder = { all(): SheetSource[]; find(name: string): SheetSource | null };

/** The sheet that an import reads, and the one that an export writes, unless a request names another. */
export const defaultSource = 'published';
export const defaultTarget = 'review';

/** The named sheets of a new ops.db. */
export const firstSources: readonly SheetSource[] = [defaultSource, defaultTarget].map((name) => ({
  name,
  kind: 'folder',
  place: `sheets/${name}`,
  tabs: null,
}));
