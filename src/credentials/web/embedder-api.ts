import type { FastifyInstance } from 'fastify';
import {
  integerSchema,
  nullable,
  objectSchema,
  optionalBody,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { embedderActions } from '../actions.ts';
import type { EmbedderCheck, ServiceAddress } from '../embedder.ts';
import type { CredentialContext } from '../parts.ts';

const text = nullable('string');
const checkProperties = {
  url: textSchema,
  model: textSchema,
  checked_at: textSchema,
  status: { type: 'string', enum: ['ok', 'error'] },
  text: textSchema,
  embeds_with: text,
  dimension: nullable('integer'),
  ms: integerSchema,
  effect: text,
};
const embedderSchema = objectSchema({
  kind: { type: 'string', enum: ['built_in', 'service'] },
  url: text,
  model: text,
  locked_by: { type: 'array', items: textSchema },
  library: objectSchema({ name: text, dimension: nullable('integer') }),
  is_changing: { type: 'boolean' },
  check: { ...objectSchema(checkProperties), type: ['object', 'null'] },
});
const typed = { type: 'string', maxLength: 1000 };

export function registerEmbedderApi(app: FastifyInstance, { embedder, embedderWatch }: CredentialContext) {
  const schema = {
    summary: 'The embedder, and what its last check has found.',
    response: { 200: embedderSchema, ...refusals },
  };
  app.get('/api/v1/embedder', { schema }, async () => {
    const { url, model } = embedder.saved();
    const library = embedder.libraryModel();
    return {
      kind: url === '' ? 'built_in' : 'service',
      url: url || null,
      model: model || null,
      locked_by: embedder.lockedBy(),
      library: { name: library.name, dimension: library.dimension },
      is_changing: embedderWatch.isChanging(),
      check: embedder.lastCheck(),
    };
  });

  const check = {
    summary: 'Embeds a word with the saved embedder, or with a service before it is saved.',
    description:
      'Without `url` the saved settings are checked. `effect` says what the model means for the entries of the library.',
    body: optionalBody({ url: typed, model: typed }),
    response: { 200: objectSchema(checkProperties), ...refusals },
  };
  app.post<{ Body: Partial<ServiceAddress> | null }>(
    '/api/v1/embedder/check',
    { schema: check, config: { action: embedderActions.check } },
    async (request): Promise<EmbedderCheck> => {
      const { url, model = '' } = request.body ?? {};
      const given = url === undefined ? null : { url: url.trim(), model: model.trim() };
      return embedder.check(given, requester(request));
    },
  );
}
