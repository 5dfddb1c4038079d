// A repeated search asks neither the search thread nor the embedding service while both stay as they are.
import '../support/plain-children.ts';
import t, { type Test } from 'tap';
import { createCaches } from '../../src/core/cache.ts';
import { keepSearches } from '../../src/index/kept-searches.ts';
import { createLibrary as openLibrary } from '../../src/library/repository.ts';
import { refuse } from '../support/embedding-service.ts';
import { addExperience } from '../support/entries.ts';
import { skipsRedis, startRedis, startRemote } from '../support/redis.ts';
import { runScript } from '../support/script.ts';
import { openLiveIndex, openWithService } from '../support/service-library.ts';
import { until } from '../support/until.ts';

async function open(t: Test) {
  const { service, config, library } = await openWithService(t);
  addExperience(library, 'E1');
  addExperience(library, 'E2');
  await runScript(config, 'index');
  const raw = openLiveIndex(t, config);
  await raw.start();
  const caches = createCaches(() => new Date());
  const { revision } = openLibrary(library);
  const live = keepSearches(raw, { caches, libraryRevision: revision });
  const figures = (name: string) => caches.find(name)?.figures();
  return { service, config, library, raw, live, figures };
}

const idsOf = ({ hits }: { hits: { entity_id: string }[] }) => hits.map(({ entity_id }) => entity_id).sort();

t.test('the same search is answered from memory, another filter by the vector that is known', async (t) => {
  const { service, live, figures } = await open(t);
  const first = await live.search({ query: 'title' });
  t.notOk('vector' in first);
  const asked = service.asked.length;
  service.misbehave = (_, response) => refuse(response, 503);
  t.same((await live.search({ query: 'title' })).hits, first.hits);
  t.match(figures('search'), { entries: 1, hits: 1, misses: 1 });
  t.equal((await live.search({ query: 'title', limit: 1 })).hits.length, 1);
  t.match(figures('query-vectors'), { entries: 1, hits: 1, misses: 1 });
  t.equal(service.asked.length, asked, 'the service was not asked again');
  await t.rejects(live.search({ query: 'title of', mode: 'meaning' }), { code: 'temporary' });
  await t.rejects(live.search({ query: ' ' }), { code: 'invalid_arguments' });
  t.match(figures('search'), { entries: 2 }, 'an error is not kept');
  const { notes, hits } = await live.search({ query: 'title of' });
  t.match(notes, [/^The embedding service does not answer, so only words were searched: .*503/]);
  t.match(hits, [{ because: 'words' }, { because: 'words' }]);
  t.match(figures('search'), { entries: 2 }, 'nor is an answer without the service');
  await live.search({ query: 'title of', mode: 'words' });
  t.match(figures('search'), { entries: 3 }, 'which one by words does not need');
  service.misbehave = () => false;
  t.match(
    await live.search({ query: 'title or' }),
    { notes: [/does not answer/] },
    'it is not asked for a while',
  );
  await live.search({ query: 'title', mode: 'meaning', limit: 1 });
  await live.search({ query: 'text', mode: 'meaning' });
  t.match(await live.search({ query: 'title of' }), { notes: [], hits: [{ because: 'both' }, {}] });
});

t.test('with a queue of remote workers', { skip: skipsRedis }, async (t) => {
  const { config } = await open(t);
  const redis = await startRedis(t);
  const live = openLiveIndex(t, { ...config, embeddingQueue: redis.address });
  await live.start();
  const query = 'title of';
  const { notes, hits } = await live.search({ query });
  const note = 'The embedding service does not answer, so only words were searched: ';
  t.match(notes, [note]);
  t.match(hits, [{ because: 'words' }, { because: 'words' }]);
  await redis.kill();
  t.match((await live.search({ query })).notes, [note]);
  await redis.startAgain();
  startRemote(t, redis.address, {
    CHL_EMBEDDING_URL: config.embedding?.url ?? '',
    CHL_EMBEDDING_MODEL: config.embedding?.model ?? '',
  });
  const meant = () => live.search({ query, mode: 'meaning' }).catch(() => null);
  t.ok(await until(meant, Boolean));
  t.same((await live.search({ query })).notes, [], 'an answer ends the pause after an outage');
});

t.test('a change of the library and of the index is seen by the next search', async (t) => {
  const { config, library, raw, live } = await open(t);
  t.same(idsOf(await live.search({ query: 'title' })), ['E1', 'E2']);
  library.prepare("UPDATE experiences SET title = 'Renamed' WHERE id = 'E1'").run();
  t.ok((await live.search({ query: 'title' })).hits.some(({ title }) => title === 'Renamed'));
  library.prepare("DELETE FROM experiences WHERE id = 'E2'").run();
  t.same(idsOf(await live.search({ query: 'title' })), ['E1']);
  addExperience(library, 'E3');
  const before = await live.search({ query: 'title' });
  await runScript(config, 'index');
  await raw.refresh();
  const after = await live.search({ query: 'title' });
  t.same(idsOf(after), ['E1', 'E3']);
  t.not(after.generation, before.generation);
});

t.test('a vector of another model is not used', async (t) => {
  const { service, config, raw, live, figures } = await open(t);
  await live.search({ query: 'title' });
  service.dimension = 5;
  await runScript(config, 'index', { full: true });
  await raw.refresh();
  const asked = service.asked.length;
  t.same(idsOf(await live.search({ query: 'title' })), ['E1', 'E2']);
  t.ok(service.asked.length > asked);
  t.match(figures('query-vectors'), { entries: 2, hits: 0 });
});
