// The page that imports settings: upload, preview, apply.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Multipart } from '@fastify/multipart';
import { AppError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { parseJson } from '../../core/json.ts';
import { objectSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { noFile, receiveUpload } from '../../web/upload-form.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { SettingContext } from '../parts.ts';
import type { ImportPlan } from '../import-plan.ts';
import { importsSettings, previewsImport } from './actions.ts';
import { type ShownImport, viewImport } from './import-view.ts';
import { describeRestart } from './restart.ts';

export const importPage: Page = {
  path: '/settings/import',
  cards: [],
  examples: ['/settings/import'],
};

const maxBytes = 512 * 1024;
/** `backup`: the id of one, whose settings are shown. */
const pageQuery = objectSchema({ backup: { type: 'string', maxLength: 120 } });

export function registerImportPage(app: FastifyInstance, ctx: SettingContext) {
  const { settingsFile } = ctx;
  app.get<{ Querystring: { backup?: string } }>(
    importPage.path,
    { config: { isPage: true }, schema: { querystring: pageQuery } },
    async (request, reply) => {
      const { backup } = request.query;
      return send(ctx, reply, backup === undefined ? {} : await readBackup(ctx, backup, request));
    },
  );

  app.post(
    '/ui/settings/import',
    { config: { ...previewsImport, isUpload: true, page: importPage.path } },
    async (request, reply) => {
      try {
        const file = await receiveUpload(request, reply, {
          descriptors: ctx.descriptors,
          what: 'the settings',
          maxBytes,
          open: () => null,
          read: (_upload, parts) => readFile(parts),
          close() {},
        });
        const plan = await settingsFile.preview(parseJson(file), requester(request));
        return await send(ctx, reply, { file, plan });
      } catch (thrown) {
        const error = readRefusal(thrown, request);
        return send(ctx, reply.code(statusOf(error)), { error });
      }
    },
  );

  app.post<Posted>(
    '/ui/settings/import/apply',
    { ...isForm, config: { ...importsSettings, page: importPage.path } },
    async (request, reply) => {
      const form = request.body ?? {};
      const { file = '', plan = '', reason, confirm } = form;
      try {
        const changed = await settingsFile.apply(
          parseJson(file),
          { plan, reason, confirm },
          requester(request),
        );
        const matched = settingsFile.compare(parseJson(file)).changes.length - changed.length;
        const counts = `${plural(changed.length, 'value')} changed, ${matched} already matched.`;
        const restart = describeRestart(
          ctx.settings.all().filter(({ setting }) => changed.includes(setting.key)),
        );
        const tone = restart === '' ? ('ok' as const) : ('warn' as const);
        const notice = { tone, title: 'Settings imported.', text: `${counts} ${restart}`.trim() };
        return await reply.sendAction({ notice, redirect: url('/settings/values'), hosts: [] });
      } catch (thrown) {
        const error = readRefusal(thrown, request);
        return send(ctx, reply.code(statusOf(error)), { file, form, error, plan: previewOrNull(ctx, file) });
      }
    },
  );
}

/** The settings of a backup, beside those of now. */
async function readBackup(
  { setReader, settingsFile }: SettingContext,
  backup: string,
  request: FastifyRequest,
): Promise<ShownImport> {
  const text = await setReader.settingsOf(backup);
  const file = settingsFile.withDefaults(parseJson(text), requester(request).role);
  return { file: JSON.stringify(file), backup, plan: settingsFile.compare(file) };
}

/** Null for a file that cannot be compared any more. */
function previewOrNull({ settingsFile }: SettingContext, file: string): ImportPlan | null {
  try {
    return settingsFile.compare(parseJson(file));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

async function readFile(parts: AsyncIterable<Multipart>): Promise<string> {
  let text: string | null = null;
  for await (const part of parts) {
    if (part.type === 'field') continue;
    const bytes = await part.toBuffer();
    if (!part.filename) continue;
    if (bytes.length > maxBytes)
      throw new AppError('too_large', 'The file has over 512 KiB: it is no export of settings.');
    text = bytes.toString('utf8');
  }
  if (text === null) throw noFile('No file was chosen. Choose an export of settings.');
  return text;
}

function send(ctx: SettingContext, reply: FastifyReply, shown: ShownImport) {
  return reply.sendPage({
    template: 'settings/import-page',
    title: 'Import settings',
    section: '/settings',
    data: { view: viewImport(ctx, shown) },
  });
}
