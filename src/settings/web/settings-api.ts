// The settings in the JSON API.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  anyObjectSchema,
  closedSchema,
  ifMatchSchema,
  integerSchema,
  listSchema,
  nullable,
  objectSchema,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { configHash } from '../../core/settings/in-use.ts';
import { type GroupName, groups } from '../../core/settings/setting.ts';
import { requester } from '../../web/requester.ts';
import type { Values } from '../check-values.ts';
import { describeSetting } from '../describe-setting.ts';
import type { SettingContext } from '../parts.ts';
import { changesSettings, importsSettings } from './actions.ts';

const flag = { type: 'boolean' } as const;
const secretSchema = objectSchema({ is_set: flag, file: nullable('string'), sha256: nullable('string') });

const settingSchema = objectSchema({
  key: textSchema,
  group: textSchema,
  title: textSchema,
  text: textSchema,
  type: textSchema,
  unit: nullable('string'),
  min: nullable('integer'),
  max: nullable('integer'),
  choices: { type: ['array', 'null'], items: textSchema },
  separator: {
    ...nullable('string'),
    description: 'Between the items of a list, where it is written as text.',
  },
  variable: nullable('string'),
  value: {},
  default: {},
  source: { type: 'string', enum: ['environment', '.env', 'saved', 'default'] },
  running: { description: 'The value that this process uses; it differs where a change needs a restart.' },
  effect: { ...textSchema, description: 'When a change takes effect.' },
  needs_restart: { ...flag, description: 'The saved value waits for a restart.' },
  is_editable: flag,
  locked: { ...nullable('string'), description: 'Why it cannot be changed here.' },
  secret: { ...secretSchema, type: ['object', 'null'] },
  changed_at: nullable('string'),
  changed_by: nullable('string'),
});

const groupSchema = objectSchema({
  name: textSchema,
  title: textSchema,
  effect: textSchema,
  settings: integerSchema,
  differing: { ...integerSchema, description: 'Settings whose value is not the default.' },
  needs_restart: integerSchema,
});

export function registerSettingsApi(app: FastifyInstance, { config, settings }: SettingContext) {
  const all = (request: FastifyRequest) =>
    settings.all().map((known) => describeSetting(known, requester(request).role));

  const overview = {
    summary: 'The groups of settings, and what is wrong with saved ones.',
    response: {
      200: objectSchema({
        items: { type: 'array', items: groupSchema },
        warnings: { type: 'array', items: textSchema },
        sha256: textSchema,
      }),
      ...refusals,
    },
  };
  app.get('/api/v1/settings', { schema: overview }, (request) => {
    const facts = all(request);
    const items = (Object.keys(groups) as GroupName[]).map((name) => {
      const own = facts.filter(({ group }) => group === name);
      return {
        name,
        title: groups[name].title,
        effect: groups[name].meta,
        settings: own.length,
        differing: own.filter(({ source }) => source !== 'default').length,
        needs_restart: own.filter(({ needs_restart }) => needs_restart).length,
      };
    });
    return { items, warnings: config.warnings, sha256: configHash(config) };
  });

  const list = {
    summary: 'Every setting with its value.',
    response: { 200: listSchema(settingSchema), ...refusals },
  };
  app.get('/api/v1/settings/values', { schema: list }, (request, reply) => {
    reply.header('etag', settings.etag());
    return { items: all(request), next_cursor: null };
  });

  const put = {
    summary: 'Saves values of settings, all or none.',
    description:
      'A value of null goes back to the default. All faults are answered at once, each with its key as field. A value that the environment sets is refused as `set_by_environment`.',
    headers: ifMatchSchema,
    body: closedSchema({ values: anyObjectSchema }, ['values']),
    response: { 200: listSchema(settingSchema), ...refusals },
  };
  app.put<{ Body: { values: Values } }>(
    '/api/v1/settings/values',
    { schema: put, config: changesSettings },
    async (request, reply) => {
      const { values } = request.body;
      await settings.put(values, requester(request), { ifMatch: request.headers['if-match'] });
      reply.header('etag', settings.etag());
      return { items: all(request).filter(({ key }) => key in values), next_cursor: null };
    },
  );
}

const changeSchema = objectSchema({
  key: textSchema,
  title: textSchema,
  state: { type: 'string', enum: ['changed', 'unchanged', 'unknown', 'refused'] },
  before: {},
  after: {},
  why: nullable('string'),
});

type ImportBody = { file: unknown; plan?: string };

export function registerSettingsFileApi(app: FastifyInstance, { settingsFile }: SettingContext) {
  const download = {
    summary: 'The saved settings as a file, without secrets.',
    response: { 200: anyObjectSchema, ...refusals },
  };
  app.get('/api/v1/settings/export', { schema: download }, (request, reply) => {
    reply.header('content-disposition', 'attachment; filename="chl-settings.json"');
    return settingsFile.export(requester(request).role);
  });

  const upload = {
    summary: 'Imports an export of settings.',
    description:
      'Without `plan` it answers what would change, and a plan. With that plan, a reason and `confirm: "settings"` it saves all values or none. Secrets, and settings that the file does not name, stay as they are.',
    body: closedSchema({ file: anyObjectSchema, plan: textSchema }, ['file']),
    response: {
      200: objectSchema({
        plan: nullable('string'),
        changes: { type: 'array', items: changeSchema },
        changed: { type: 'array', items: textSchema },
      }),
      ...refusals,
    },
  };
  app.post<{ Body: ImportBody }>(
    '/api/v1/settings/import',
    { schema: upload, config: importsSettings },
    async (request) => {
      const { file, plan } = request.body;
      const { reason, confirm } = request;
      const by = requester(request);
      if (plan === undefined) return { ...(await settingsFile.preview(file, by)), changed: [] };
      const { changes } = settingsFile.compare(file);
      const changed = await settingsFile.apply(file, { reason, confirm, plan }, by);
      return { plan: null, changes, changed };
    },
  );
}
