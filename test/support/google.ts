// A stand-in for Google's spreadsheets on loopback: tokens, and the calls of the Sheets API v4 that the product makes.
import crypto from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

type Properties = { sheetId: number; title: string; hidden?: boolean; index?: number };
export type StandInTab = {
  properties: Properties;
  rows: string[][];
  hiddenRows?: number[];
  merges?: object[];
};
/** Answers a call in place of the stand-in, or lets it pass with null. */
export type Fault = (
  call: string,
) => { status: number; headers?: Record<string, string>; message?: string } | null;

export type GoogleStandIn = Awaited<ReturnType<typeof startGoogle>>;

const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });

export const email = 'reader@chl-test.iam.gserviceaccount.com';

/** One spreadsheet with the id `book`; another, `private`, is not shared. */
export async function startGoogle(tabs: Record<string, string[][]>) {
  const book: StandInTab[] = Object.entries(tabs).map(([title, rows], at) => ({
    properties: { sheetId: at, title, index: at },
    rows,
  }));
  const calls: string[] = [];
  const state = { fault: (() => null) as Fault, isRevoked: false, nextId: 100 };
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '', 'http://x');
    const call = `${request.method} ${decodeURIComponent(url.pathname)}`;
    calls.push(call);
    const answer = (status: number, body: unknown, headers = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    const refuse = (status: number, message: string, headers = {}) =>
      answer(status, { error: { code: status, message } }, headers);
    const fault = state.fault(call);
    if (fault) return refuse(fault.status, fault.message ?? 'stand-in', fault.headers);
    const body = Buffer.concat(chunks).toString();
    if (call === 'POST /token') return answerToken(body, answer);
    if (request.headers.authorization !== 'Bearer stand-in') return refuse(401, 'Invalid credentials');
    const [, id, rest] = /^\/v4\/spreadsheets\/([^/:]+)(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (id === 'private') return refuse(403, 'The caller does not have permission');
    if (id !== 'book') return refuse(404, 'Requested entity was not found.');
    try {
      answer(200, answerCall(rest ?? '', url.searchParams, body === '' ? {} : JSON.parse(body)));
    } catch (error) {
      refuse(400, (error as Error).message);
    }
  });

  function answerToken(body: string, answer: (status: number, body: unknown) => unknown) {
    const [head, claims, signature = ''] = (new URLSearchParams(body).get('assertion') ?? '').split('.');
    const isSigned = crypto.verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${claims}`),
      publicKey,
      Buffer.from(signature, 'base64url'),
    );
    if (state.isRevoked || !isSigned)
      return answer(400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
    return answer(200, { access_token: 'stand-in', expires_in: 3600, token_type: 'Bearer' });
  }

  function answerCall(call: string, query: URLSearchParams, body: Record<string, never>): unknown {
    if (call === '') return { properties: { title: 'Library' }, sheets: book.map(describe) };
    if (call === '/values:batchGet')
      return { valueRanges: query.getAll('ranges').map((range) => ({ values: find(range).rows })) };
    if (call === '/values:batchUpdate') return write((body as { data: never }).data);
    if (call === ':batchUpdate') return change((body as { requests: never }).requests);
    throw new Error(`Unknown call ${call}`);
  }

  function find(range: string): StandInTab {
    const title = range.replace(/!.*$/, '').replace(/^'|'$/g, '').replaceAll("''", "'");
    const tab = book.find(({ properties }) => properties.title === title);
    if (!tab) throw new Error(`Unable to parse range: ${range}`);
    return tab;
  }

  function write(data: { range: string; values: string[][] }[]) {
    for (const { range, values } of data) {
      const first = Number(/!A(\d+)$/.exec(range)?.[1] ?? 1) - 1;
      const { rows } = find(range);
      for (const [at, cells] of values.entries()) rows[first + at] = cells;
    }
    return {};
  }

  /** All or none. */
  function change(requests: Record<string, { properties: Properties; sheetId: number }>[]) {
    const before = structuredClone(book);
    try {
      for (const { addSheet, deleteSheet, updateSheetProperties } of requests) {
        if (addSheet) {
          const { title } = addSheet.properties;
          if (book.some(({ properties }) => properties.title === title)) throw new Error(`${title} exists`);
          book.push({ properties: { ...addSheet.properties, sheetId: state.nextId++ }, rows: [] });
        }
        if (deleteSheet) book.splice(indexOf(deleteSheet.sheetId), 1);
        if (updateSheetProperties) {
          const { properties } = updateSheetProperties;
          Object.assign((book[indexOf(properties.sheetId)] as StandInTab).properties, properties);
        }
      }
    } catch (error) {
      book.splice(0, book.length, ...before);
      throw error;
    }
    return {};
  }

  function indexOf(sheetId: number): number {
    const at = book.findIndex(({ properties }) => properties.sheetId === sheetId);
    if (at < 0) throw new Error(`No sheet ${sheetId}`);
    return at;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    address,
    book,
    calls,
    state,
    key: { email, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string },
    titles: () =>
      book.filter(({ properties }) => !properties.hidden).map(({ properties }) => properties.title),
    close: () => server.close(),
  };
}

function describe({ properties, rows, hiddenRows = [], merges = [] }: StandInTab) {
  const rowMetadata = rows.map((_, at) => (hiddenRows.includes(at + 1) ? { hiddenByUser: true } : {}));
  return { properties, merges, data: [{ rowMetadata, columnMetadata: [] }] };
}
