import type { FastifyInstance } from 'fastify';
import { listSchema, objectSchema, optionalBody, refusals, textSchema } from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import type { CredentialContext } from '../parts.ts';
import { credentialActions } from '../actions.ts';
import { credentialSchema } from './credential-body.ts';
import { receiveKey } from './receive-key.ts';

type Named = { Params: { name: string } };

const params = objectSchema({ name: textSchema });
const answers = { response: { 200: credentialSchema, ...refusals } };

export function registerCredentialsApi(app: FastifyInstance, ctx: CredentialContext) {
  const { credentials, describeCredentials } = ctx;
  const { describe } = describeCredentials;

  const list = {
    summary: 'The named credentials; never their contents.',
    response: { 200: listSchema(credentialSchema), ...refusals },
  };
  app.get('/api/v1/credentials', { schema: list, config: { reads: 'admin' } }, async () => ({
    items: describeCredentials.all(),
    next_cursor: null,
  }));

  app.get<Named>(
    '/api/v1/credentials/:name',
    { schema: { summary: 'One named credential.', params, ...answers }, config: { reads: 'admin' } },
    async (request) => describe(request.params.name),
  );

  const removal = {
    summary: 'Removes a credential. An uploaded file is deleted; a registered one stays.',
    params,
    response: { 204: { type: 'null' }, ...refusals },
  };
  app.delete<Named>(
    '/api/v1/credentials/:name',
    { schema: removal, config: { action: credentialActions.remove } },
    async (request, reply) => {
      await credentials.remove(request.params.name, request.reason ?? '', requester(request));
      return reply.code(204).send();
    },
  );

  const check = {
    summary: 'Checks a credential: opens each sheet, or embeds a word, and writes and removes a file.',
    params,
    ...answers,
  };
  app.post<Named>(
    '/api/v1/credentials/:name/check',
    { schema: check, config: { action: credentialActions.check } },
    async (request) => {
      const { name } = request.params;
      await credentials.check(name, requester(request));
      return describe(name);
    },
  );
}

/** Register where multipart forms are parsed. */
export function registerKeyApi(app: FastifyInstance, ctx: CredentialContext) {
  const { credentials, describeCredentials } = ctx;
  const { describe } = describeCredentials;

  const put = {
    summary: 'Sets a credential: an uploaded file, or the path of one on this machine.',
    description:
      'A form (multipart/form-data): an optional `reason`, then the key as `file`, at most 512 KiB, or `path`, absolute or with `~/`, of a file that only this user can read. It is checked first. When that fails for a reason other than the key, the file waits as `next`, and the one in use serves on.',
    params,
    body: optionalBody({ path: { type: 'string', maxLength: 1000 } }),
    response: { 200: credentialSchema, 201: credentialSchema, ...refusals },
  };
  app.put<Named & { Body: { path?: string } | null }>(
    '/api/v1/credentials/:name',
    { schema: put, config: { action: credentialActions.change, isUpload: true } },
    async (request, reply) => {
      const { name } = request.params;
      const isNew = !describe(name).is_set;
      if (request.isMultipart()) await receiveKey(ctx, name, request, reply);
      else await credentials.register(name, request.body?.path ?? '', requester(request));
      return reply.code(isNew ? 201 : 200).send(describe(name));
    },
  );
}
