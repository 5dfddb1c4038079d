// The forms in which embedding services answer: which are read, and what is reported of the others.
import type { ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import { createHttpModel, type HttpOptions } from '../../src/embedding/http.ts';
import { hangMs, startService, vectorOf } from '../support/embedding-service.ts';

const texts = ['one', 'two', 'three'];

async function open(t: Test, options: HttpOptions = {}) {
  const service = await startService(t);
  const settings = { url: service.url, model: 'some/model', keyFile: null, network: {} };
  return {
    service,
    model: createHttpModel(settings, () => {}, { retryMs: [1, 1], patienceMs: 1000, ...options }),
  };
}

function answer(response: ServerResponse, body: unknown, headers: Record<string, string> = {}, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
}

const toBase64 = (vector: number[]) => Buffer.from(Float32Array.from(vector).buffer).toString('base64');

const read: Record<string, (vectors: number[][]) => unknown> = {
  'without index': (vectors) => ({ data: vectors.map((embedding) => ({ embedding })) }),
  'with null as each index': (vectors) => ({
    data: vectors.map((embedding) => ({ index: null, embedding })),
  }),
  'with 0 as each index': (vectors) => ({ data: vectors.map((embedding) => ({ index: 0, embedding })) }),
  'with the index as text': (vectors) => ({
    data: vectors.map((embedding, at) => ({ index: String(at), embedding })).reverse(),
  }),
  'in another order': (vectors) => ({
    data: vectors.map((embedding, index) => ({ index, embedding })).reverse(),
  }),
  'as base64': (vectors) => ({ data: vectors.map((one, index) => ({ index, embedding: toBase64(one) })) }),
  'each in a list of its own': (vectors) => ({
    data: vectors.map((one, index) => ({ index, embedding: [one] })),
  }),
  'in the form of Ollama': (vectors) => ({ model: 'some/model', embeddings: vectors }),
};

for (const [form, bodyOf] of Object.entries(read)) {
  t.test(`vectors ${form} are read in the order of the texts`, async (t) => {
    const { service, model } = await open(t);
    service.misbehave = ({ input }, response) =>
      answer(response, bodyOf(input.map((text) => vectorOf(text, 4))));
    const embedder = await model.open();
    const vectors = await embedder.embed(texts);
    t.same(
      vectors.map((vector) => Array.from(vector, (one) => one.toFixed(4))),
      texts.map((text) => {
        const numbers = vectorOf(text, 4);
        return numbers.map((one) => (one / Math.hypot(...numbers)).toFixed(4));
      }),
    );
    t.equal(service.asked.length, 2, 'one request for all texts');
  });
}

const page = '<!doctype html><html><head><title>Sign in\n to Corp</title></head><body>…</body></html>';

/** What the service answers to texts other than the probe, and the words of the failure. */
const refused: Record<string, [answers: (response: ServerResponse) => boolean, words: RegExp]> = {
  'an error with status 200': [
    (response) => answer(response, { error: 'model is not loaded' }),
    /: its answer has no list of vectors \(model is not loaded\)\.$/,
  ],
  'a web page with status 200': [
    (response) => answer(response, page, { 'content-type': 'text/html' }),
    /: its answer is not JSON \(Sign in to Corp\)\.$/,
  ],
  'numbers that JSON does not have': [
    (response) => answer(response, '{"data":[{"index":0,"embedding":[NaN,NaN]}]}'),
    /: its answer is not JSON \(\{"data":\[\{"index":0,"embedding":\[NaN,NaN\]\}\]\}\)\.$/,
  ],
  'nothing with status 200': [(response) => answer(response, ''), /: its answer is empty\.$/],
  'null instead of numbers': [
    (response) =>
      answer(response, { data: texts.map((_, index) => ({ index, embedding: [1, null, 2, 3] })) }),
    /: it returned null instead of a number\.$/,
  ],
  'numbers that are too large': [
    (response) =>
      answer(response, { data: texts.map((_, index) => ({ index, embedding: [1e39, 1, 1, 1] })) }),
    /: it returned a vector of zeros only, or with numbers that are too large\.$/,
  ],
  'an index twice': [
    (response) => answer(response, { data: [0, 1, 1].map((index) => ({ index, embedding: [1, 2, 3, 4] })) }),
    /: it returned two vectors for one text, or one for none \(index 1\)\.$/,
  ],
  'an index of no text': [
    (response) => answer(response, { data: [0, 1, 7].map((index) => ({ index, embedding: [1, 2, 3, 4] })) }),
    /: it returned two vectors for one text, or one for none \(index 7\)\.$/,
  ],
  'the error of a proxy': [
    (response) => answer(response, '<html><title>413 Request Entity Too Large</title></html>', {}, 413),
    /: it answers 413 \(413 Request Entity Too Large\)\.$/,
  ],
  'an error as plain text': [
    (response) => answer(response, 'input too\nlong', { 'content-type': 'text/plain' }, 400),
    /: it answers 400 \(input too long\)\.$/,
  ],
  'the errors of a validation': [
    (response) => answer(response, { detail: [{ loc: ['input'], msg: 'Too many tokens' }] }, {}, 422),
    /: it answers 422 \(Too many tokens\)\.$/,
  ],
};

for (const [what, [answers, words]] of Object.entries(refused)) {
  t.test(`${what}: the failure of the text has the words of the service`, async (t) => {
    const { service, model } = await open(t);
    const embedder = await model.open();
    service.misbehave = ({ input }, response) => input[0] !== 'probe' && answers(response);
    const error = await embedder.embed(texts).catch((error) => error);
    t.equal(error.name, 'Error');
    t.match(error.message, words);
    service.misbehave = (_, response) => answers(response);
    await t.rejects(
      embedder.embed(['one']),
      { name: 'EmbeddingOutage' },
      'an outage when each is answered so',
    );
  });
}

t.test('an answer without end is given up when it is larger than any answer can be', async (t) => {
  const { service, model } = await open(t);
  const embedder = await model.open();
  const chunk = ' '.repeat(1024 * 1024);
  service.misbehave = ({ input }, response) => {
    if (input[0] === 'probe') return false;
    const write = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(200).on('drain', write);
    write();
    return true;
  };
  const error = await embedder.embed(texts).catch((error) => error);
  t.match(error, { name: 'Error', message: /: its answer is larger than 64 MB\.$/ });
});

t.test('an answer that comes drop by drop is given up after the time limit', async (t) => {
  const { service, model } = await open(t, { timeoutMs: hangMs });
  const embedder = await model.open();
  service.misbehave = ({ input }, response) => {
    if (input[0] === 'probe') return false;
    response.writeHead(200).write('{"data":[');
    const drops = setInterval(() => response.write(' '), 20);
    response.once('close', () => clearInterval(drops));
    return true;
  };
  const error = await embedder.embed(texts).catch((error) => error);
  t.match(error, { name: 'Error', message: /: it does not answer in time\.$/ });
});

t.test('a connection that breaks is reported in plain words', async (t) => {
  const { service, model } = await open(t);
  const embedder = await model.open();
  service.misbehave = ({ input }, response) => {
    if (input[0] === 'probe') return false;
    response.writeHead(200, { 'content-length': '5000' }).write('{"data":[', () => response.destroy());
    return true;
  };
  const error = await embedder.embed(texts).catch((error) => error);
  t.match(error, { name: 'Error', message: /: it closed the connection before the end of its answer\.$/ });
});

t.test('a batch that is larger than the service takes is sent in parts from then on', async (t) => {
  const { service, model } = await open(t);
  const embedder = await model.open();
  service.misbehave = ({ input }, response) =>
    input.length > 10 && answer(response, { error: { message: 'batch size must not exceed 10' } }, {}, 400);
  const many = Array.from({ length: 64 }, (_, at) => `text ${at}`);
  t.equal((await embedder.embed(many)).length, 64);
  service.asked.length = 0;
  t.equal((await embedder.embed(many)).length, 64);
  t.ok(service.asked.every(({ input }) => input.length <= 10));
});
