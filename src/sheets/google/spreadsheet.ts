// One Google spreadsheet, through Google's own client: its tabs, their cells as a person sees them, and their replacement.
import { auth, sheets, type sheets_v4 } from '@googleapis/sheets';
import type { GoogleKey } from './key.ts';
import { createPatientFetch, type Patience } from './patient-fetch.ts';
import { toGoogleRefusal } from './refusals.ts';

export type GoogleTab = {
  id: number;
  title: string;
  isHidden: boolean;
  /** Numbers of rows, from 1, and of columns, from 1, that are hidden. */
  hiddenRows: number[];
  hiddenColumns: number[];
  /** Ranges of merged cells: row and column of the first cell from 1, and how many of each. */
  merges: { row: number; column: number; rows: number; columns: number }[];
};

export type Spreadsheet = ReturnType<typeof openSpreadsheet>;

type Options = Patience & {
  key: GoogleKey;
  id: string;
  /** The address of the service, such as `https://sheets.googleapis.com/`. */
  address: string;
  tokenAddress: string;
};

const scope = 'https://www.googleapis.com/auth/spreadsheets';
/** Without the cells: these come by `values`, as a person sees them. */
const described =
  'properties.title,sheets(properties(sheetId,title,hidden),merges,data(rowMetadata(hiddenByUser,hiddenByFilter),columnMetadata(hiddenByUser)))';

/** Makes no request. What its calls throw is `bad_input` or `temporary`. */
export function openSpreadsheet({ key, id: spreadsheetId, address, tokenAddress, ...patience }: Options) {
  const fetchImplementation = createPatientFetch(tokenAddress, patience);
  const transporterOptions = { fetchImplementation };
  const client = new auth.JWT({ email: key.email, key: key.privateKey, scopes: [scope], transporterOptions });
  const { spreadsheets } = sheets({ version: 'v4', auth: client, rootUrl: address, retry: false });

  return {
    async describe(): Promise<{ title: string; tabs: GoogleTab[] }> {
      const { data } = await ask(spreadsheets.get({ spreadsheetId, fields: described }));
      return { title: data.properties?.title ?? '', tabs: (data.sheets ?? []).map(toTab) };
    },

    /** The cells of the tabs, in one answer and so of one moment. */
    async read(titles: string[]): Promise<string[][][]> {
      const ranges = titles.map(rangeOf);
      const { data } = await ask(
        spreadsheets.values.batchGet({ spreadsheetId, ranges, valueRenderOption: 'FORMATTED_VALUE' }),
      );
      const values = (data.valueRanges ?? []).map((range) => (range.values ?? []) as unknown[][]);
      return values.map((rows) => rows.map((row) => row.map((cell) => String(cell ?? ''))));
    },

    /** Stores each cell as the text that it is: nothing becomes a formula, a number or a date. `row` counts from 1. */
    async write(title: string, row: number, values: readonly string[][]): Promise<void> {
      const data = [{ range: `${rangeOf(title)}!A${row}`, values: values as string[][] }];
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
      patience.signal?.throwIfAborted();
      throw toGoogleRefusal(error, { email: key.email, id: spreadsheetId });
    }
  }
}

function toTab({ properties, merges, data }: sheets_v4.Schema$Sheet): GoogleTab {
  const [grid] = data ?? [];
  const numbersOf = (list: sheets_v4.Schema$DimensionProperties[] = []) =>
    list.flatMap(({ hiddenByUser, hiddenByFilter }, at) => (hiddenByUser || hiddenByFilter ? [at + 1] : []));
  return {
    id: properties?.sheetId ?? 0,
    title: properties?.title ?? '',
    isHidden: properties?.hidden === true,
    hiddenRows: numbersOf(grid?.rowMetadata),
    hiddenColumns: numbersOf(grid?.columnMetadata),
    merges: (merges ?? []).map(
      ({ startRowIndex = 0, endRowIndex = 0, startColumnIndex = 0, endColumnIndex = 0 }) => ({
        row: (startRowIndex ?? 0) + 1,
        column: (startColumnIndex ?? 0) + 1,
        rows: (endRowIndex ?? 0) - (startRowIndex ?? 0),
        columns: (endColumnIndex ?? 0) - (startColumnIndex ?? 0),
      }),
    ),
  };
}

/** A title in A1 notation. */
function rangeOf(title: string): string {
  return `'${title.replaceAll("'", "''")}'`;
}
