// One Google spreadsheet, through Google's own client: its tabs, their cells as a person sees them, and their replacement.
import { auth, sheets, type sheets_v4 } from '@googleapis/sheets';
import { readGoogleKey } from './key.ts';
import { createPatientFetch, type GoogleAccess } from './patient-fetch.ts';
import { toGoogleRefusal } from './refusals.ts';

export type GoogleTab = {
  id: number;
  name: string;
  /** False for a chart, which has no cells. */
  hasCells: boolean;
  /** The number of cells in its grid, which includes empty ones. */
  cells: number;
  isHidden: boolean;
  /** Rows and columns count from 0. */
  hiddenRows: number[];
  hiddenColumns: number[];
  merges: { startRow: number; startCol: number; endRow: number; endCol: number }[];
};

export type Spreadsheet = ReturnType<typeof openSpreadsheet>;

/** A cell as a person sees it, or its formula. */
type Rendering = 'FORMATTED_VALUE' | 'FORMULA';

export const scope = 'https://www.googleapis.com/auth/spreadsheets';
const properties = 'properties(sheetId,title,hidden,sheetType,gridProperties(rowCount,columnCount))';
/** Google sends this for each row and column of each tab, so only a reader asks for it. Both masks leave the cells out: `values`
 *  gives them as a person sees them. */
const layout = 'merges,data(rowMetadata(hiddenByUser,hiddenByFilter),columnMetadata(hiddenByUser))';
const masks = {
  tabs: `properties.title,sheets(${properties})`,
  layout: `properties.title,sheets(${properties},${layout})`,
};

/** The function makes no request. It throws `bad_input` without a key that can be used; the calls of the spreadsheet throw
 *  `bad_input` or `temporary`. */
export function openSpreadsheet(access: GoogleAccess, spreadsheetId: string) {
  const key = readGoogleKey(access.keyFile);
  const fetchImplementation = createPatientFetch(access);
  const transporterOptions = { fetchImplementation };
  const client = new auth.JWT({ email: key.email, key: key.privateKey, scopes: [scope], transporterOptions });
  const { spreadsheets } = sheets({ version: 'v4', auth: client, rootUrl: access.address, retry: false });

  return {
    /** Merged cells and hidden rows and columns are known only with the `layout`. */
    async describe(mask: keyof typeof masks = 'tabs'): Promise<{ title: string; tabs: GoogleTab[] }> {
      const { data } = await ask(spreadsheets.get({ spreadsheetId, fields: masks[mask] }));
      return { title: data.properties?.title ?? '', tabs: (data.sheets ?? []).map(toTab) };
    },

    /** The cells of the tabs, in one answer and so of one moment. */
    async read(names: string[], valueRenderOption: Rendering = 'FORMATTED_VALUE'): Promise<string[][][]> {
      if (names.length === 0) return [];
      const ranges = names.map(rangeOf);
      const { data } = await ask(spreadsheets.values.batchGet({ spreadsheetId, ranges, valueRenderOption }));
      const values = (data.valueRanges ?? []).map((range) => (range.values ?? []) as unknown[][]);
      return values.map((rows) => rows.map((row) => row.map((cell) => String(cell ?? ''))));
    },

    /** Row 1 of each tab. */
    async readHeaders(names: string[]): Promise<string[][]> {
      if (names.length === 0) return [];
      const ranges = names.map((name) => `${rangeOf(name)}!1:1`);
      const { data } = await ask(spreadsheets.values.batchGet({ spreadsheetId, ranges }));
      return (data.valueRanges ?? []).map(({ values }) => (values?.[0] ?? []).map(String));
    },

    /** Stores each cell as the text that it is: nothing becomes a formula, a number or a date. `row` counts from 1. */
    async write(name: string, row: number, values: readonly string[][]): Promise<void> {
      const data = [{ range: `${rangeOf(name)}!A${row}`, values: values as string[][] }];
      await ask(
        spreadsheets.values.batchUpdate({ spreadsheetId, requestBody: { valueInputOption: 'RAW', data } }),
      );
    },

    /** Applies all changes or none. */
    async change(requests: sheets_v4.Schema$Request[]): Promise<void> {
      if (requests.length > 0)
        await ask(spreadsheets.batchUpdate({ spreadsheetId, requestBody: { requests } }));
    },
  };

  async function ask<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      throw toGoogleRefusal(error, { email: key.email, id: spreadsheetId });
    }
  }
}

function toTab({ properties, merges, data }: sheets_v4.Schema$Sheet): GoogleTab {
  const [grid] = data ?? [];
  const { rowCount, columnCount } = properties?.gridProperties ?? {};
  return {
    id: properties?.sheetId ?? 0,
    name: properties?.title ?? '',
    hasCells: (properties?.sheetType ?? 'GRID') === 'GRID',
    cells: (rowCount ?? 0) * (columnCount ?? 0),
    isHidden: properties?.hidden === true,
    hiddenRows: findHidden(grid?.rowMetadata),
    hiddenColumns: findHidden(grid?.columnMetadata),
    merges: (merges ?? []).map(({ startRowIndex, endRowIndex, startColumnIndex, endColumnIndex }) => ({
      startRow: startRowIndex ?? 0,
      startCol: startColumnIndex ?? 0,
      endRow: (endRowIndex ?? 1) - 1,
      endCol: (endColumnIndex ?? 1) - 1,
    })),
  };
}

function findHidden(list: sheets_v4.Schema$DimensionProperties[] = []): number[] {
  return list.flatMap(({ hiddenByUser, hiddenByFilter }, at) => (hiddenByUser || hiddenByFilter ? [at] : []));
}

/** A tab in A1 notation. */
function rangeOf(name: string): string {
  return `'${name.replaceAll("'", "''")}'`;
}
