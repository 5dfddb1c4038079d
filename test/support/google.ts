// A stand-in for Google's spreadsheets on loopback: tokens, and the calls of the Sheets API v4 that the product makes.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Scope } from './library.ts';
import { makeFolder } from './folder.ts';

/** A text, or what a formula shows. */
export type GoogleCell = string | { shown: string; formula: string };
type Properties = {
  sheetId: number;
  title: string;
  hidden?: boolean;
  index?: number;
  sheetType?: string;
  gridProperties?: { rowCount: number; columnCount: number };
};
type StandInTab = {
  properties: Properties;
  rows: GoogleCell[][];
  /** Rows and columns count from 0. */
  hiddenRows?: number[];
  hiddenColumns?: number[];
  merges?: object[];
};
type Answer = { status: number; headers?: Record<string, string>; message?: string };

export type GoogleStandIn = Awaited<ReturnType<typeof startGoogle>>;

const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

const email = 'reader@chl-test.iam.gserviceaccount.com';
export const bookId = 'stand-in-spreadsheet';
const maxCellLength = 50_000;

/** One spreadsheet, `bookId`; another, `private`, is not shared. It ends with the test. */
export async function startGoogle(t: Scope, tabs: Record<string, GoogleCell[][]>) {
  const book = createBook(tabs);
  const calls: string[] = [];
  const state = {
    isRevoked: false,
    /** Runs before each call; may answer in its place. */
    before: (_call: string): Answer | null | undefined | Promise<undefined> => null,
  };
  const server = http.createServer((request, response) => void respond(request, response));

  async function respond(request: http.IncomingMessage, response: http.ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '', 'http://x');
    const call = `${request.method} ${decodeURIComponent(url.pathname)}`;
    calls.push(call);
    const answer = (status: number, body: unknown, headers = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    const refuse = ({ status, message = 'stand-in', headers }: Answer) =>
      answer(status, { error: { code: status, message } }, headers);
    const instead = await state.before(call);
    if (instead) return refuse(instead);
    if (call === 'POST /token') {
      const isValid = !state.isRevoked && isSigned(text);
      const refused = { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' };
      const token = { access_token: 'ya29.stand-in', expires_in: 3600, token_type: 'Bearer' };
      return answer(isValid ? 200 : 400, isValid ? token : refused);
    }
    if (request.headers.authorization !== 'Bearer ya29.stand-in')
      return refuse({ status: 401, message: 'Invalid credentials' });
    const [, id, rest = ''] =
      /^\/v4\/spreadsheets\/([^/:]+)(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (id === 'private') return refuse({ status: 403, message: 'The caller does not have permission' });
    if (id !== bookId) return refuse({ status: 404, message: 'Requested entity was not found.' });
    try {
      answer(200, book.answer(rest, url.searchParams, text === '' ? {} : JSON.parse(text)));
    } catch (error) {
      refuse({ status: 400, message: (error as Error).message });
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { ...book, address, calls, state };
}

/** The settings that reach the stand-in, with a key file that is removed when the test ends. */
export function googleSettings(t: Pick<Scope, 'teardown'>, address: string): Record<string, string> {
  const folder = makeFolder(t);
  const keyFile = path.join(folder, 'google-key.json');
  const key = { type: 'service_account', client_email: email, private_key: pem };
  fs.writeFileSync(keyFile, JSON.stringify(key), { mode: 0o600 });
  return { CHL_GOOGLE_KEY_FILE: keyFile, CHL_GOOGLE_ADDRESS: address };
}

function isSigned(body: string): boolean {
  const [head, claims, signature = ''] = (new URLSearchParams(body).get('assertion') ?? '').split('.');
  const bytes = Buffer.from(`${head}.${claims}`);
  return crypto.verify('RSA-SHA256', bytes, publicKey, Buffer.from(signature, 'base64url'));
}

type Change = Partial<Record<string, { properties: Properties; sheetId: number }>>;

function createBook(given: Record<string, GoogleCell[][]>) {
  const tabs: StandInTab[] = Object.entries(given).map(([title, rows], at) => ({
    properties: { sheetId: at, title, index: at, gridProperties: { rowCount: 1000, columnCount: 26 } },
    rows,
  }));
  const tab = (title: string): StandInTab => {
    const found = tabs.find(({ properties }) => properties.title === title);
    if (!found) throw new Error(`Unable to parse range: ${title}`);
    return found;
  };

  function answer(call: string, query: URLSearchParams, body: Record<string, never>): unknown {
    if (call === '')
      return {
        properties: { title: 'Team library' },
        sheets: tabs.map((one) => describe(one, query.get('fields') ?? '')),
      };
    if (call === '/values:batchGet') {
      const shows = query.get('valueRenderOption') === 'FORMULA' ? 'formula' : 'shown';
      const cellOf = (cell: GoogleCell) => (typeof cell === 'string' ? cell : cell[shows]);
      const rowsOf = (range: string) =>
        tab(titleOf(range)).rows.slice(0, range.endsWith('!1:1') ? 1 : undefined);
      const valuesOf = (range: string) => rowsOf(range).map((cells) => cells.map(cellOf));
      return { valueRanges: query.getAll('ranges').map((range) => ({ values: valuesOf(range) })) };
    }
    if (call === '/values:batchUpdate') return write(body as never);
    if (call === ':batchUpdate') return change((body as never as { requests: Change[] }).requests);
    throw new Error(`Unknown call ${call}`);
  }

  type Writing = { valueInputOption: string; data: { range: string; values: string[][] }[] };

  function write({ valueInputOption, data }: Writing) {
    if (valueInputOption !== 'RAW') throw new Error('The stand-in computes no formulas.');
    for (const { range, values } of data) {
      const first = Number(/!A(\d+)$/.exec(range)?.[1] ?? 1) - 1;
      const { rows, properties } = tab(titleOf(range));
      const { rowCount = 0 } = properties.gridProperties ?? {};
      if (first + values.length > rowCount) throw new Error(`Range ${range} exceeds grid limits.`);
      if (values.some((cells) => cells.some(({ length }) => length > maxCellLength)))
        throw new Error('Your input contains more than the maximum of 50000 characters in a single cell.');
      for (const [at, cells] of values.entries()) rows[first + at] = cells;
    }
    return {};
  }

  /** All or none. */
  function change(requests: Change[]) {
    const before = structuredClone(tabs);
    try {
      for (const request of requests) apply(request);
      const titles = tabs.map(({ properties }) => properties.title);
      if (new Set(titles).size < titles.length) throw new Error('A sheet with that name already exists.');
    } catch (error) {
      tabs.splice(0, tabs.length, ...before);
      throw error;
    }
    return {};
  }

  function apply({ addSheet, deleteSheet, updateSheetProperties }: Change) {
    if (addSheet) tabs.push({ properties: addSheet.properties, rows: [] });
    if (deleteSheet) tabs.splice(indexOf(deleteSheet.sheetId), 1);
    if (!updateSheetProperties) return;
    const { properties } = updateSheetProperties;
    const at = indexOf(properties.sheetId);
    const one = tabs[at] as StandInTab;
    Object.assign(one.properties, properties);
    // An index counts before the move.
    const { index = at } = properties;
    tabs.splice(at, 1);
    tabs.splice(index > at ? index - 1 : index, 0, one);
  }

  function indexOf(sheetId: number): number {
    const at = tabs.findIndex(({ properties }) => properties.sheetId === sheetId);
    if (at < 0) throw new Error(`No sheet ${sheetId}`);
    return at;
  }

  const titles = (isHidden = false) =>
    tabs.flatMap(({ properties }) => ((properties.hidden ?? false) === isHidden ? [properties.title] : []));
  return { tabs, tab, titles, answer };
}

/** The tab of a range in A1 notation. */
function titleOf(range: string): string {
  return range.replace(/!.*$/, '').replace(/^'|'$/g, '').replaceAll("''", "'");
}

function describe(
  { properties, rows, hiddenRows = [], hiddenColumns = [], merges = [] }: StandInTab,
  fields: string,
) {
  if (!fields.includes('rowMetadata')) return { properties };
  const metadata = (length: number, hidden: number[]) =>
    Array.from({ length }, (_, at) => (hidden.includes(at) ? { hiddenByUser: true } : {}));
  const rowMetadata = metadata(rows.length, hiddenRows);
  return { properties, merges, data: [{ rowMetadata, columnMetadata: metadata(26, hiddenColumns) }] };
}
