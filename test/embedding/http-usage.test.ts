// The tokens that an embedding service reports: read in the forms that services use, estimated where they report none.
import type { ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import type { CountUsage } from '../../src/cost-store/usage-item.ts';
import { createHttpModel } from '../../src/embedding/http.ts';
import { refuse, startService, vectorOf } from '../support/embedding-service.ts';

const texts = ['one', 'two', 'three'];
const estimated = { quantity: 3, isEstimate: true };

async function open(t: Test) {
  const service = await startService(t);
  const settings = { url: service.url, model: 'some/model', keyFile: null, network: {} };
  const counted: { quantity: number; isEstimate: boolean }[] = [];
  const countUsage: CountUsage = (_item, quantity, isEstimate = false) =>
    counted.push({ quantity, isEstimate });
  const model = createHttpModel(settings, countUsage, { retryMs: [1], patienceMs: 1000 });
  const embedder = await model.open();
  t.same(counted.splice(0), [{ quantity: 2, isEstimate: true }], 'the probe of the opening was sent, too');
  return { service, counted, embedder };
}

function answer(response: ServerResponse, input: string[], fields: object) {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ data: input.map((text) => ({ embedding: vectorOf(text, 4) })), ...fields }));
  return true;
}

const reports: [string, object, { quantity: number; isEstimate: boolean }][] = [
  ['total_tokens', { usage: { prompt_tokens: 9, total_tokens: 12 } }, { quantity: 12, isEstimate: false }],
  ['prompt_tokens alone', { usage: { prompt_tokens: 9 } }, { quantity: 9, isEstimate: false }],
  ['prompt_eval_count of Ollama', { prompt_eval_count: 7 }, { quantity: 7, isEstimate: false }],
  ['nothing', {}, estimated],
  ['zero', { usage: { total_tokens: 0 } }, estimated],
  ['a text', { usage: { total_tokens: '12' } }, estimated],
  ['a fraction', { usage: { total_tokens: 1.5 } }, estimated],
  ['a negative number', { usage: { total_tokens: -4 } }, estimated],
  ['a number that is no sum of tokens', { usage: { total_tokens: 1e15 } }, estimated],
  ['usage of another kind', { usage: 'free' }, estimated],
  ['null', { usage: null }, estimated],
];

t.test('the tokens of an answer', async (t) => {
  const { service, counted, embedder } = await open(t);
  for (const [name, fields, expected] of reports) {
    service.misbehave = ({ input }, response) => answer(response, input, fields);
    await embedder.embed(texts);
    t.same(counted.splice(0), [expected], name);
  }
});

t.test('each answer counts, and no refusal does', async (t) => {
  const { service, counted, embedder } = await open(t);
  const usage = { usage: { total_tokens: 5 } };
  service.misbehave = ({ input }, response) =>
    input.length > 2 ? refuse(response, 413) : answer(response, input, usage);
  await embedder.embed(texts);
  t.same(
    counted.splice(0),
    [5, 5].map((quantity) => ({ quantity, isEstimate: false })),
    'the halves of a refused batch',
  );
  let isFirst = true;
  service.misbehave = ({ input }, response) => {
    if (!isFirst) return answer(response, input, usage);
    isFirst = false;
    return refuse(response, 503);
  };
  await embedder.embed(['one']);
  t.equal(counted.splice(0).length, 1, 'a repeated request');
  service.misbehave = (_asked, response) => answer(response, [], usage);
  await t.rejects(embedder.embed(['one']));
  t.ok(counted.length > 0, 'an answer without usable vectors was counted by the service');
});
