import t from 'tap';
import { type JobFilter, readSearch, formatTerm } from '../../src/jobs/job-search.ts';

const now = new Date(2026, 10, 22, 14, 7);
const context = {
  now,
  operations: [
    { name: 'import', title: 'Import sheet' },
    { name: 'index', title: 'Rebuild index' },
  ],
};
const iso = (...[year, month, day, hour = 0]: [number, number, number, number?]) =>
  new Date(year, month, day, hour).toISOString();
const plain = (text: string, operations: string[] = []) => ({ texts: [{ text, operations }] });

const understood: [string, JobFilter][] = [
  ['', {}],
  ['   ', {}],
  ['status:failed', { status: ['failed'] }],
  ['status:failed,queued', { status: ['failed', 'queued'] }],
  ['STATUS:Failed status:queued', { status: ['failed', 'queued'] }],
  ['status:done', { status: ['succeeded'] }],
  ['operation:import', { operation: 'import' }],
  ['operation:"Rebuild index"', { operation: 'index' }],
  ['actor:ada', { actor: 'ada' }],
  ['schedule:nightly status:failed', { schedule: 'nightly', status: ['failed'] }],
  ['actor:"Ada L"', { actor: 'Ada L' }],
  ['error:disk', { errors: ['disk'] }],
  ['error:"disk full" error:ENOSPC', { errors: ['disk full', 'ENOSPC'] }],
  ['since:today', { since: iso(2026, 10, 22) }],
  ['since:yesterday', { since: iso(2026, 10, 21) }],
  ['since:24h', { since: new Date(now.getTime() - 86_400_000).toISOString() }],
  ['since:2026-11-01', { since: iso(2026, 10, 1) }],
  ['since:2026-11-01T10:00:00Z', { since: '2026-11-01T10:00:00.000Z' }],
  ['notes', plain('notes')],
  ['rebuild', plain('rebuild', ['index'])],
  ['#412', plain('412')],
  ['"two words"', plain('two words')],
  ['"status:failed"', plain('status:failed')],
  ['"not closed', plain('not closed')],
  ['https://example.org/a', plain('https://example.org/a')],
  ['10:30', plain('10:30')],
  ['a b', { texts: [...plain('a').texts, ...plain('b').texts] }],
  ['status:failed actor:ada zz', { status: ['failed'], actor: 'ada', ...plain('zz') }],
];

t.test('the search box understands', async (t) => {
  for (const [query, filter] of understood) {
    const { filter: read, problems } = readSearch(query, context);
    t.same(problems, [], query);
    if (query === 'a b')
      t.same(
        read.texts?.map(({ text }) => text),
        ['a', 'b'],
      );
    else t.same(read, filter, query);
  }
});

const refused: [string, RegExp][] = [
  ['status:lost', /"lost" is not known; allowed: queued, /],
  ['status:', /status: needs a value/],
  ['operation:impot', /"impot" is not known.*import, index/],
  ['operation:import operation:index', /given twice/],
  ['actor:a actor:b', /given twice/],
  ['actor:""', /actor: needs a value/],
  ['since:soon', /not a time\. Write 2026-11-22/],
  ['since:2026-02-31', /not a time/],
  ['since:2026-13-01T00:00', /not a time/],
  ['since:1d since:2d', /given twice/],
  ['stat:failed', /no qualifier stat:.*Put the term in quotes/],
  ['""', /Empty quotes/],
];

t.test('a bad term becomes a problem, and the other terms apply', async (t) => {
  for (const [query, message] of refused) {
    const { filter, problems } = readSearch(`rest ${query}`, context);
    t.equal(problems.length, 1, query);
    t.match(problems[0]?.message, message);
    t.same(filter.texts, [{ text: 'rest', operations: [] }], query);
  }
  t.match(readSearch('x '.repeat(13), context).problems[0]?.message, /first 12 terms/);
});

t.test('a formatted term is read back unchanged', async (t) => {
  for (const value of ['ada', 'Ada L', 'a:b', '10:30']) {
    t.equal(readSearch(formatTerm('actor', value), context).filter.actor, value);
    t.equal(readSearch(formatTerm('text', value), context).filter.texts?.[0]?.text, value);
  }
});

t.test('an open quote is closed in the text of its term, so that terms can be reordered', async (t) => {
  const { terms } = readSearch('notes error:"disk full', context);
  t.same(
    terms.map(({ text }) => text),
    ['notes', 'error:"disk full"'],
  );
});
