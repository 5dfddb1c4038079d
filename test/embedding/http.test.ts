import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { openOnFirstUse } from '../../src/embedding/choose.ts';
import { ModelChange } from '../../src/embedding/embedder.ts';
import { createHttpModel, type HttpOptions } from '../../src/embedding/http.ts';
import { endpointOf } from '../../src/embedding/http-request.ts';
import { hangMs, refuse, reply, type Service, startService, vectorOf } from '../support/embedding-service.ts';
import { makeFolder } from '../support/folder.ts';

const quick: HttpOptions = { retryMs: [1, 1], patienceMs: 1000 };

async function open(t: Test, options: HttpOptions = {}, keyFile: string | null = null) {
  const service = await startService(t);
  const model = createHttpModel({ url: service.url, model: 'some/model', keyFile, network: {} }, () => {}, {
    ...quick,
    ...options,
  });
  return { service, model };
}

const isProbe = ({ input }: Service['asked'][number]) => input[0] === 'probe';

function unit(numbers: number[]): string[] {
  const length = Math.hypot(...numbers);
  return numbers.map((one) => (one / length).toFixed(5));
}

const words = (vector: Float32Array | undefined) => Array.from(vector ?? [], (one) => one.toFixed(5));

t.test('the endpoint follows from the address in the settings', async (t) => {
  for (const [url, endpoint] of [
    ['http://host:1', 'http://host:1/v1/embeddings'],
    ['http://host:1/', 'http://host:1/v1/embeddings'],
    ['http://host/v1', 'http://host/v1/embeddings'],
    ['http://host/some/v3/', 'http://host/some/v3/embeddings'],
    ['http://host/api/embeddings', 'http://host/api/embeddings'],
  ] as const) {
    t.equal(endpointOf(url), endpoint);
  }
});

t.test('texts are sent in batches, and their vectors come back in order, with length 1', async (t) => {
  const { service, model } = await open(t);
  service.misbehave = ({ input }, response) => {
    const data = input.map((text, index) => ({ index, embedding: vectorOf(text, 4) }));
    reply(response, data.reverse());
    return true;
  };
  t.equal(model.label, `some/model at ${service.url}/v1/embeddings`);
  t.equal(model.dimension, null, 'it is not known before the service was asked');
  const embedder = await model.open();
  t.match(embedder, { name: 'some/model', dimension: 4, isLexical: false });
  t.equal(model.dimension, 4);
  const texts = Array.from({ length: 100 }, (_, number) => `text ${number}`);
  const vectors = await embedder.embed(texts);
  t.same(
    vectors.map(words),
    texts.map((text) => unit(vectorOf(text, 4))),
  );
  t.same(
    service.asked.map(({ path, model, input }) => [path, model, input.length]),
    [1, 64, 36].map((length) => ['/v1/embeddings', 'some/model', length]),
  );
  t.equal(await model.open(), embedder, 'it is opened once');
});

t.test('the key is sent and appears in no message', async (t) => {
  const keyFile = path.join(makeFolder(t), 'key');
  fs.writeFileSync(keyFile, 'sk-very-secret-key\n', { mode: 0o600 });
  const { service, model } = await open(t, {}, keyFile);
  const embedder = await model.open();
  t.equal(service.asked[0]?.authorization, 'Bearer sk-very-secret-key');
  const body = JSON.stringify({ error: { message: 'No such key: sk-very-secret-key' } });
  service.misbehave = (_, response) => refuse(response, 401, {}, body);
  const error = await embedder.embed(['one']).catch((error) => error);
  t.match(error, { name: 'EmbeddingOutage', message: /it answers 401 \(No such key: / });
  t.notMatch(error.message, /very-secret/);
  fs.writeFileSync(keyFile, 'sk-very\nsecret-of-two-lines\n');
  const broken = await embedder.embed(['one']).catch((error) => error);
  t.equal(broken.name, 'EmbeddingOutage');
  t.notMatch(broken.message, /sk-very|secret-of/);
});

t.test('a busy service is asked again after its Retry-After', async (t) => {
  const { service, model } = await open(t);
  const embedder = await model.open();
  let refusals = 2;
  service.misbehave = (_, response) => refusals-- > 0 && refuse(response, 429, { 'retry-after': '0' });
  t.equal((await embedder.embed(['one'])).length, 1);
  t.equal(service.asked.length, 4);
});

t.test('a long Retry-After is an outage, which reports the time', async (t) => {
  const { service, model } = await open(t);
  const embedder = await model.open();
  service.misbehave = (_, response) => refuse(response, 429, { 'retry-after': '120' });
  await t.rejects(embedder.embed(['one']), { name: 'EmbeddingOutage', retryAfterMs: 120_000 });
  t.equal(service.asked.length, 3, 'only a probe is tried at once');
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  service.misbehave = (_, response) => refuse(response, 429, { 'retry-after': date });
  const { retryAfterMs } = await embedder.embed(['one']).catch((error) => error);
  t.ok(retryAfterMs > 3_500_000 && retryAfterMs <= 3_600_000);
});

t.test('a short failure is retried', async (t) => {
  const { service, model } = await open(t);
  let troubles = 2;
  service.misbehave = (_, response) => {
    if (troubles-- <= 0) return false;
    if (troubles === 0) return Boolean(response.destroy());
    return refuse(response, 500);
  };
  t.equal((await (await model.open()).embed(['one'])).length, 1);
});

const outages: Record<string, Service['misbehave']> = {
  'answers 500': (_, response) => refuse(response, 500),
  'answers 503': (_, response) => refuse(response, 503),
  'answers 401': (_, response) => refuse(response, 401),
  'answers 404, since it has no such model': (_, response) => refuse(response, 404),
  'closes the connection': (_, response) => Boolean(response.destroy()),
  hangs: () => true,
  'hangs in the middle of its answer': (_, response) => response.writeHead(200).write('{"data": ['),
  'returns no JSON': (_, response) => refuse(response, 200, {}, '{"data": ['),
  'returns something else': (_, response) => refuse(response, 200, {}, 'null'),
};

for (const [title, misbehave] of Object.entries(outages)) {
  t.test(`a service that ${title} is an outage`, async (t) => {
    const { service, model } = await open(t, title.startsWith('hangs') ? { timeoutMs: hangMs } : {});
    service.misbehave = misbehave;
    await t.rejects(model.open(), { name: 'EmbeddingOutage', code: 'temporary' }, 'when it is opened');
    service.misbehave = () => false;
    const embedder = await model.open();
    service.misbehave = misbehave;
    await t.rejects(embedder.embed(['one', 'two']), { name: 'EmbeddingOutage', message: /cannot be used: / });
  });
}

t.test('a refused connection is an outage', async (t) => {
  const { service, model } = await open(t);
  const embedder = await model.open();
  await service.stop();
  await t.rejects(embedder.embed(['one']), {
    name: 'EmbeddingOutage',
    message: `The embedding service at ${service.url}/v1/embeddings cannot be used: nothing listens there. Start it, or correct its settings.`,
  });
});

t.test('a redirect is not followed but reported', async (t) => {
  const { service, model } = await open(t);
  service.misbehave = (_, response) => refuse(response, 308, { location: 'http://elsewhere.test/v1' });
  await t.rejects(model.open(), {
    name: 'EmbeddingOutage',
    message: /redirects to http:\/\/elsewhere.test\/v1/,
  });
  t.equal(service.asked.length, 1);
});

t.test('a change of the dimension is an outage, and then the new model is opened', async (t) => {
  const { service, model } = await open(t);
  const opened: number[] = [];
  const embedder = openOnFirstUse(model, async ({ dimension }) => opened.push(dimension));
  await embedder.embed(['one']);
  service.dimension = 5;
  const error = await embedder.embed(['one']).catch((error) => error);
  t.ok(error instanceof ModelChange);
  t.match(
    error.message,
    /^some\/model now returns 5 numbers, not 4, so everything must be embedded again\.$/,
  );
  t.equal((await embedder.embed(['one']))[0]?.length, 5);
  t.same(opened, [4, 5]);
});

const remedies: [answers: Service['misbehave'], remedy: RegExp][] = [
  [(_, response) => refuse(response, 401), /answers 401\. Check the key, under Settings, Credentials\.$/],
  [
    (_, response) => refuse(response, 404),
    /answers 404\. Check its address and its model, under Settings, Embedder\.$/,
  ],
  [(_, response) => refuse(response, 500), /answers 500\. Read its log\.$/],
  [
    (_, response) => refuse(response, 302, { location: 'https://sso.test/' }),
    /redirects to https:\/\/sso\.test\/\. Redirects are not followed: set the final address/,
  ],
  [
    (_, response) => refuse(response, 200, {}, '<title>Sign in</title>'),
    /not JSON \(Sign in\)\. Check that its address is that of an embedding service/,
  ],
];

t.test('an outage says what to do about its cause', async (t) => {
  const { service, model } = await open(t);
  for (const [answers, message] of remedies) {
    service.misbehave = answers;
    await t.rejects(model.open(), { name: 'EmbeddingOutage', message });
  }
});

const faults: Record<string, [misbehave: Service['misbehave'], message: RegExp]> = {
  'is refused': [
    (_, response) => refuse(response, 400, {}, '{"error": "input is too long"}'),
    /^The embedding service could not embed the text: it answers 400 \(input is too long\)\.$/,
  ],
  'is answered as if the service were down': [(_, response) => refuse(response, 500), /it answers 500/],
  'makes the service hang': [() => true, /it does not answer in time/],
  'returns too few vectors': [(_, response) => Boolean(reply(response, [])) || true, /0 vectors for 2 texts/],
  'returns the vector of another twice': [
    ({ input }, response) => {
      reply(
        response,
        input.map(() => ({ index: 1, embedding: [1, 2, 3, 4] })),
      );
      return true;
    },
    /two vectors for one text/,
  ],
  'returns zeros': [
    ({ input }, response) => {
      reply(
        response,
        input.map((_, index) => ({ index, embedding: [0, 0, 0, 0] })),
      );
      return true;
    },
    /of zeros only/,
  ],
  'returns words': [
    ({ input }, response) => {
      reply(
        response,
        input.map((_, index) => ({ index, embedding: 'no numbers' })),
      );
      return true;
    },
    /not a list of numbers/,
  ],
  'returns too few numbers': [
    ({ input }, response) => {
      reply(
        response,
        input.map((_, index) => ({ index, embedding: [1, 2] })),
      );
      return true;
    },
    /it returned 2 numbers, not 4/,
  ],
};

for (const [title, [misbehave, message]] of Object.entries(faults)) {
  t.test(`a text that ${title} fails by itself, as long as others can be embedded`, async (t) => {
    const { service, model } = await open(t, title.includes('hang') ? { timeoutMs: hangMs } : {});
    service.misbehave = (asked, response) => !isProbe(asked) && misbehave(asked, response);
    const embedder = await model.open();
    const error = await embedder.embed(['one', 'two']).catch((error) => error);
    t.equal(error.name, 'Error');
    t.match(error.message, message);
  });
}

t.test('a text that is always asked to wait is at fault when other texts are not', async (t) => {
  const { service, model } = await open(t);
  const embedder = await model.open();
  service.misbehave = ({ input }, response) =>
    input.includes('bad') &&
    refuse(response, 429, { 'retry-after': '120' }, '{"error": "too long for the rate"}');
  const outage = { name: 'EmbeddingOutage', retryAfterMs: 120_000 };
  await t.rejects(embedder.embed(['one', 'bad']), { ...outage, reason: 'busy' }, 'a batch may be too much');
  const words = 'it answers 429 (too long for the rate)';
  await t.rejects(embedder.embed(['bad']), { ...outage, reason: 'text', words });
  service.misbehave = (_, response) => refuse(response, 429, { 'retry-after': '120' });
  await t.rejects(embedder.embed(['bad']), { ...outage, reason: 'busy' }, 'now others are refused, too');
});

t.test('a service that a text ends is an outage with both reasons', async (t) => {
  const { service, model } = await open(t);
  const embedder = await model.open();
  service.misbehave = (_, response) => {
    response.destroy();
    void service.stop();
    return true;
  };
  await t.rejects(embedder.embed(['one']), {
    name: 'EmbeddingOutage',
    reason: 'service',
    words: 'it closed the connection before the end of its answer, and now nothing listens there',
  });
});
