// Traces that the server keeps.
import { logStore } from '../../src/log-store/feature.ts';
import type { KeptSpan } from '../../src/log-store/trace-repository.ts';
import type { TestApp } from './app.ts';

/** Sampled by another program: such a request is always traced. */
export const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const statement = 'library: SELECT code FROM category';
const none = { parent: null, rows: null, calls: 1 };
const spans: KeptSpan[] = [
  { ...none, n: 1, kind: 'check', name: 'Guard: host, identity, role', start_us: 10, us: 90 },
  { ...none, n: 2, kind: 'render', name: 'search/library-page.eta', start_us: 1000, us: 80_000 },
  { ...none, n: 3, parent: 2, kind: 'db', name: statement, start_us: 2000, us: 70_000, rows: 3 },
];

/** Opens the library as a traced request, and keeps one with a slow part. Gives the ids of both. */
export async function addTraces(app: Pick<TestApp, 'use' | 'page' | 'json'>): Promise<string[]> {
  await app.page('/library', { traceparent });
  const { body } = await app.json('/api/v1/traces?only=all&route=/library&limit=1');
  const [{ id }] = body.items;
  const { logStore: store } = app.use(logStore);
  const kept = await store.ask('trace', { id });
  if (!kept) throw new Error(`The request ${id} is not kept.`);
  store.add('traces', { ...kept, id: 'slow-one', ms: 90, kept: 'slow', left_out: 2, spans });
  return [id, 'slow-one'];
}
