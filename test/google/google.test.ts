// The client of Google spreadsheets, against a stand-in on loopback.
import t from 'tap';
import { readConfig } from '../../src/core/config.ts';
import type { AppError } from '../../src/core/errors.ts';
import { type NewTab, replaceTabs } from '../../src/google/replace-tabs.ts';
import { openSpreadsheet } from '../../src/google/spreadsheet.ts';
import { bookId, googleSettings, type GoogleStandIn, startGoogle } from '../support/google.ts';
import type { Scope } from '../support/library.ts';

const header = ['code', 'name'];
const start = (t: Scope, tabs: Record<string, string[][]> = { Categories: [header, ['GIT', 'Git']] }) =>
  startGoogle(t, tabs);

/** `waits` receives the lengths of waits, in milliseconds, which pass at once. */
function open(
  { address }: Pick<GoogleStandIn, 'address'>,
  { id = bookId, waits = [] as number[], requestMs = 5000 } = {},
) {
  const { google } = readConfig(googleSettings(t, address), '/');
  const wait = async (ms: number) => void waits.push(ms);
  return openSpreadsheet({ ...google, onWait() {}, wait, requestMs }, id);
}

function newTab(rows: string[][], name = 'Categories'): NewTab {
  return {
    name,
    columns: 2,
    count: rows.length + 1,
    rows: [header, ...rows],
    isNamed: (title) => title.toLowerCase() === name.toLowerCase(),
    isHeader: (cells) => cells.includes('code'),
  };
}

t.test('a spreadsheet gives its tabs and the cells as texts', async (t) => {
  const google = await start(t, { Categories: [header, ['GIT', '=1+1']], "It's": [['a']] });
  const book = open(google);
  const { tabs } = await book.describe();
  t.same(
    tabs.map(({ name }) => name),
    ['Categories', "It's"],
  );
  t.same(await book.read(["It's", 'Categories']), [[['a']], [header, ['GIT', '=1+1']]]);
});

t.test('an export replaces the tabs at once and keeps the old ones hidden', async (t) => {
  const google = await start(t);
  const rows = Array.from({ length: 40_000 }, (_, at) => [`C${at}`, 'x'.repeat(100)]);
  for (const name of ['first', 'second']) {
    await replaceTabs(open(google), [newTab([[name, ''], ...rows])]);
    t.same(google.titles(), ['Categories']);
    const [cells] = await open(google).read(['Categories']);
    t.equal(cells?.length, 40_002);
    t.same(cells?.slice(0, 2), [header, [name, '']]);
  }
  t.same(google.titles(true), ['Categories (previous export)'], 'one previous export is kept');
  const writes = google.calls.filter((call) => call.endsWith('/values:batchUpdate'));
  t.equal(writes.length, 2 * Math.ceil((40_000 * 112) / 2_000_000), 'in requests of 2 MB');
});

t.test('a failed export leaves the old tabs, and the next one removes its rest', async (t) => {
  const google = await start(t);
  google.state.before = (call) => (call.endsWith('/values:batchUpdate') ? { status: 403 } : null);
  await t.rejects(replaceTabs(open(google), [newTab([])]));
  t.match(google.titles(), ['Categories', /^Categories \(being written [0-9a-z]+\)$/]);
  t.same(await open(google).read(['Categories']), [[header, ['GIT', 'Git']]]);
  google.state.before = () => null;
  await replaceTabs(open(google), [newTab([])]);
  t.same(google.titles(), ['Categories']);
});

t.test('of two exports at once, the first one fails and the second one is whole', async (t) => {
  const google = await start(t);
  let second: Promise<void> | undefined;
  google.state.before = async (call) => {
    if (!call.endsWith('/values:batchUpdate')) return undefined;
    google.state.before = () => null;
    second = replaceTabs(open(google), [newTab([['B', '2']])]);
    return void (await second);
  };
  await t.rejects(replaceTabs(open(google), [newTab([['A', '1']])]), { code: 'bad_input' });
  await second;
  t.same(google.titles(), ['Categories']);
  t.same(await open(google).read(['Categories']), [[header, ['B', '2']]]);
});

t.test('a tab in other letters is replaced, at its position', async (t) => {
  const google = await start(t, { Notes: [['a']], categories: [header], Empty: [], Last: [['b']] });
  for (const count of [1, 2]) {
    await replaceTabs(open(google), [newTab([]), newTab([], 'Empty')]);
    t.same(google.titles(), ['Notes', 'Categories', 'Empty', 'Last'], `export ${count}`);
    t.same(google.titles(true), ['Categories (previous export)', 'Empty (previous export)']);
  }
});

const foreignTabs: { title: string; tabs: Record<string, string[][]>; message: RegExp }[] = [
  {
    title: 'a tab of something else',
    tabs: { Categories: [['month', 'sum']] },
    message:
      /^The tab Categories is not a tab of this library: its header is month, sum\. Choose another tab name\.$/,
  },
  {
    title: 'a tab with cells below an empty row',
    tabs: { Categories: [[], ['sum']] },
    message: /not a tab of this library: its row 1 is empty/,
  },
  {
    title: 'a previous export that a person shows',
    tabs: { 'Categories (previous export)': [header] },
    message: /^The tab Categories \(previous export\) is shown, and an export deletes it\. Hide it/,
  },
  {
    title: 'two tabs that fit',
    tabs: { Categories: [header], categories: [header] },
    message: /^2 tabs fit Categories: “Categories” and “categories”\. Rename or remove/,
  },
];

for (const { title, tabs, message } of foreignTabs) {
  t.test(`${title} refuses an export before anything is written`, async (t) => {
    const google = await start(t, tabs);
    await t.rejects(replaceTabs(open(google), [newTab([])]), { code: 'bad_input', message });
    t.same(google.titles(), Object.keys(tabs));
    t.notOk(google.calls.some((call) => call.startsWith('POST /v4')));
  });
}

t.test('a change whose answer is lost is recognised as made', async (t) => {
  const google = await start(t);
  const book = open(google);
  const { change } = book;
  book.change = async (requests) => {
    await change(requests);
    throw new Error('socket hang up');
  };
  await replaceTabs(book, [newTab([['SQL', 'Databases']])]);
  t.same(await book.read(['Categories']), [[header, ['SQL', 'Databases']]]);
});

t.test('a spreadsheet that would have too many cells is refused before anything is written', async (t) => {
  const google = await start(t);
  const huge = { ...newTab([]), count: 5_000_000 };
  await t.rejects(replaceTabs(open(google), [huge]), {
    code: 'bad_input',
    details: { code: 'too_large' },
    message: /has 26,000 cells, and the new tabs need 10,000,000; Google allows 10,000,000\. Delete tabs/,
  });
  t.same(google.titles(), ['Categories']);
});

const outages = [
  { title: '429 with Retry-After', answer: { status: 429, headers: { 'retry-after': '17' } }, ms: 17_000 },
  { title: '503 without', answer: { status: 503 }, ms: 1000 },
  { title: '500', answer: { status: 500 }, ms: 1000 },
];

for (const { title, answer, ms } of outages) {
  t.test(`reading and writing wait after ${title}`, async (t) => {
    for (const method of ['GET', 'POST']) {
      const google = await start(t);
      const waits: number[] = [];
      const book = open(google, { waits });
      await book.describe();
      google.state.before = () => {
        google.state.before = () => null;
        return answer;
      };
      await (method === 'GET' ? book.read(['Categories']) : book.write('Categories', 2, [['a']]));
      t.equal(waits.length, 1);
      t.ok((waits[0] ?? 0) >= ms && (waits[0] ?? 0) <= ms * 1.25, `${waits}`);
    }
  });
}

t.test('a slow answer is waited for, and asked for again when it does not come', async (t) => {
  const google = await start(t);
  const waits: number[] = [];
  const book = open(google, { waits, requestMs: 500 });
  let isSlow = true;
  google.state.before = (call) => {
    if (!isSlow || !call.startsWith('GET')) return null;
    isSlow = false;
    return new Promise(() => {});
  };
  t.same((await book.describe()).title, 'Team library');
  t.equal(waits.length, 1);
});

type Refusal = {
  title: string;
  id?: string;
  prepare?: (google: GoogleStandIn) => void;
  code: string;
  words: RegExp;
};

function refuseRequests(message: string) {
  const before = (call: string) => (call.includes('/v4/') ? { status: 400, message } : null);
  return ({ state }: GoogleStandIn) => Object.assign(state, { before });
}

function refuseTokens(status: number) {
  const before = (call: string) => (call === 'POST /token' ? { status, message: 'no tokens here' } : null);
  return ({ state }: GoogleStandIn) => Object.assign(state, { before });
}

const refusals: Refusal[] = [
  { title: 'a spreadsheet that is not shared', id: 'private', code: 'google_access', words: /Share it with/ },
  {
    title: 'a deleted or unknown spreadsheet',
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
    prepare: ({ state }) => Object.assign(state, { before: () => ({ status: 429 }) }),
    code: 'google_unavailable',
    words: /no more requests now/,
  },
  {
    title: 'a wait that is too long',
    prepare: ({ state }) =>
      Object.assign(state, { before: () => ({ status: 429, headers: { 'retry-after': '7200' } }) }),
    code: 'google_unavailable',
    words: /no more requests now/,
  },
  {
    title: 'an API that is off',
    prepare: ({ state }) =>
      Object.assign(state, {
        before: (call: string) =>
          call.includes('/v4/')
            ? { status: 403, message: 'Google Sheets API has not been used in project 1' }
            : null,
      }),
    code: 'google_api',
    words: /Switch it on/,
  },
  {
    title: 'an address of tokens that a proxy closes',
    prepare: refuseTokens(403),
    code: 'google_unavailable',
    words: /gives access to Google answers 403\. Check the proxy/,
  },
  {
    title: 'an address of tokens that is not there',
    prepare: refuseTokens(404),
    code: 'google_unavailable',
    words: /gives access to Google answers 404\. Check the proxy/,
  },
  {
    title: 'a refusal of a key whose error is an object',
    prepare: refuseTokens(401),
    code: 'google_key',
    words: /refuses the key of \S+ \(.*no tokens here.*\)\. Create/,
  },
  {
    title: 'an Excel file',
    prepare: refuseRequests('This operation is not supported for this document'),
    code: 'google_kind',
    words: /choose File → Save as Google Sheets, and name that one\.$/,
  },
  {
    title: 'a protected range',
    prepare: refuseRequests('You are trying to edit a protected cell or object.'),
    code: 'google_protected',
    words: /\. Allow \S+@\S+ to edit the protected range\.$/,
  },
  {
    title: 'an answer that repeats the token',
    prepare: ({ state }) =>
      Object.assign(state, {
        before: (call: string) =>
          call.includes('/v4/') ? { status: 418, message: 'Authorization: Bearer ya29.stand-in' } : null,
      }),
    code: 'google_unavailable',
    words: /\(Authorization: …\)/,
  },
];

for (const { title, id, prepare, code, words } of refusals) {
  t.test(`${title} is refused in words`, async (t) => {
    const google = await start(t);
    prepare?.(google);
    const error = (await t.rejects(open(google, id ? { id } : {}).describe())) as unknown as AppError;
    t.equal(error.details?.code, code);
    t.match(error.message, words);
  });
}

t.test('an answer of more than 64 MB is refused unread', async (t) => {
  const cell = 'x'.repeat(50_000);
  const google = await start(t, { Categories: Array.from({ length: 1400 }, () => [cell]) });
  await t.rejects(open(google).read(['Categories']), {
    code: 'bad_input',
    details: { code: 'too_large' },
    message: /its answer is larger than 64 MB\. Import it in parts, with the mode merge\./,
  });
});

t.test('a network that is down is a temporary failure after five waits', async (t) => {
  const waits: number[] = [];
  const book = open({ address: 'http://127.0.0.1:9/' }, { waits });
  await t.rejects(book.describe(), { code: 'temporary', message: /^Google cannot be reached/ });
  t.equal(waits.length, 5);
});
