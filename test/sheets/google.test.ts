// The client of Google spreadsheets, against a stand-in on loopback.
import t from 'tap';
import type { AppError } from '../../src/core/errors.ts';
import { replaceTabs } from '../../src/sheets/google/replace-tabs.ts';
import { openSpreadsheet } from '../../src/sheets/google/spreadsheet.ts';
import { type Fault, type GoogleStandIn, startGoogle } from '../support/google.ts';

const header = ['code', 'name'];

async function start(tabs: Record<string, string[][]> = { Categories: [header, ['GIT', 'Git']] }) {
  const google = await startGoogle(tabs);
  t.teardown(google.close);
  return google;
}

function open(google: GoogleStandIn, { id = 'book', waits = [] as number[] } = {}) {
  const { key, address } = google;
  const wait = async (ms: number) => void waits.push(ms);
  return openSpreadsheet({ key, id, address, tokenAddress: `${address}token`, network: {}, wait });
}

t.test('a spreadsheet gives its tabs and the cells as texts', async (t) => {
  const google = await start({ Categories: [header, ['GIT', '=1+1']], "It's": [['a']] });
  const book = open(google);
  const { tabs } = await book.describe();
  t.same(
    tabs.map(({ title }) => title),
    ['Categories', "It's"],
  );
  t.same(await book.read(["It's", 'Categories']), [[['a']], [header, ['GIT', '=1+1']]]);
});

t.test('an export replaces the tabs at once and keeps the old ones hidden', async (t) => {
  const google = await start();
  const rows = Array.from({ length: 40_000 }, (_, at) => [`C${at}`, 'x'.repeat(100)]);
  for (const name of ['first', 'second']) {
    await replaceTabs(
      open(google),
      [{ name: 'Categories', header, rows: [[name, ''], ...rows], count: 40_001 }],
      () => {},
    );
    t.same(google.titles(), ['Categories']);
    const [cells] = await open(google).read(['Categories']);
    t.equal(cells?.length, 40_002);
    t.same(cells?.slice(0, 2), [header, [name, '']]);
  }
  t.equal(google.book.length, 2, 'one previous export is kept');
});

t.test('a failed export leaves the old tabs', async (t) => {
  const google = await start();
  google.state.fault = (call) => (call.endsWith('/values:batchUpdate') ? { status: 403 } : null);
  await t.rejects(replaceTabs(open(google), [{ name: 'Categories', header, rows: [], count: 0 }], () => {}));
  t.same(await open(google).read(['Categories']), [[header, ['GIT', 'Git']]]);
});

t.test('an export whose last answer is lost is recognised as applied', async (t) => {
  const google = await start();
  const book = open(google);
  const change = book.change;
  let changes = 0;
  book.change = async (requests) => {
    await change(requests);
    if (requests.some((one) => one.updateSheetProperties) && changes++ === 0)
      throw new Error('socket hang up');
  };
  await replaceTabs(book, [{ name: 'Categories', header, rows: [], count: 0 }], () => {});
  t.same(await book.read(['Categories']), [[header]]);
});

const outages: { title: string; fault: () => Fault; waits: number[] }[] = [
  {
    title: '429 with Retry-After',
    fault: () => once({ status: 429, headers: { 'retry-after': '17' } }),
    waits: [17_000],
  },
  { title: '503 without', fault: () => once({ status: 503 }), waits: [1000] },
];

for (const { title, fault, waits } of outages) {
  t.test(`reading and writing wait after ${title}`, async (t) => {
    for (const method of ['GET', 'POST']) {
      const google = await start();
      const waited: number[] = [];
      const book = open(google, { waits: waited });
      await book.describe();
      google.state.fault = fault();
      await (method === 'GET' ? book.read(['Categories']) : book.write('Categories', 2, [['a']]));
      t.equal(waited.length, waits.length);
      for (const [at, ms] of waits.entries()) t.ok((waited[at] ?? 0) >= ms && (waited[at] ?? 0) <= ms * 1.25);
    }
  });
}

const refusals: {
  title: string;
  id?: string;
  prepare?: (google: GoogleStandIn) => void;
  code: string;
  words: RegExp;
}[] = [
  { title: 'a spreadsheet that is not shared', id: 'private', code: 'google_access', words: /Share it with/ },
  {
    title: 'an unknown spreadsheet',
    id: 'other',
    code: 'google_missing',
    words: /no spreadsheet with the id other/,
  },
  {
    title: 'a revoked key',
    prepare: ({ state }) => Object.assign(state, { isRevoked: true }),
    code: 'google_key',
    words: /refuses the key.*Create a new key/,
  },
  {
    title: 'a quota that stays exhausted',
    prepare: ({ state }) => Object.assign(state, { fault: (() => ({ status: 429 })) as Fault }),
    code: 'google_unavailable',
    words: /no more requests now/,
  },
  {
    title: 'a wait that is too long',
    prepare: ({ state }) =>
      Object.assign(state, { fault: (() => ({ status: 429, headers: { 'retry-after': '7200' } })) as Fault }),
    code: 'google_unavailable',
    words: /no more requests now/,
  },
  {
    title: 'an API that is off',
    prepare: ({ state }) =>
      Object.assign(state, {
        fault: ((call) =>
          call.includes('/v4/')
            ? { status: 403, message: 'Google Sheets API has not been used in project 1' }
            : null) as Fault,
      }),
    code: 'google_api',
    words: /Switch it on/,
  },
];

for (const { title, id, prepare, code, words } of refusals) {
  t.test(`${title} is refused in words`, async (t) => {
    const google = await start();
    prepare?.(google);
    const error = (await t.rejects(open(google, id ? { id } : {}).describe())) as unknown as AppError;
    t.equal(error.details?.code, code);
    t.match(error.message, words);
  });
}

function once(answer: { status: number; headers?: Record<string, string> }): Fault {
  let isDone = false;
  return () => {
    if (isDone) return null;
    isDone = true;
    return answer;
  };
}
