// The page that imports settings: upload, preview, apply.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Multipart } from '@fastify/multipart';
import { readProblems } from '../../core/arguments.ts';
import { AppError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { parseJson } from '../../core/json.ts';
import { shorten } from '../../core/shorten.ts';
import { url } from '../../core/url.ts';
import { statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { noFile, receiveUpload } from '../../web/upload-form.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import type { SettingContext } from '../parts.ts';
import { type ImportPlan, importWord } from '../settings-file.ts';
import { importsSettings, previewsImport } from './actions.ts';

export const importPage: Page = {
  path: '/settings/import',
  cards: [],
  examples: ['/settings/import'],
};

const maxBytes = 512 * 1024;

type Shown = { file?: string; plan?: ImportPlan | null; form?: Form; error?: AppError };

export function registerImportPage(app: FastifyInstance, ctx: SettingContext) {
  const { settingsFile } = ctx;
  app.get(importPage.path, { config: { isPage: true } }, (_request, reply) => send(reply, {}));

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
        return await send(reply, { file, plan });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        request.refusal = error;
        return send(reply.code(statusOf(error)), { error });
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
        const text = `${plural(changed.length, 'value')} changed, ${matched} already matched.`;
        const notice = { tone: 'ok' as const, title: 'Settings imported.', text };
        return await reply.sendAction({ notice, redirect: url('/settings/values'), hosts: [] });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        request.refusal = error;
        return send(reply.code(statusOf(error)), { file, form, error, plan: previewOrNull(ctx, file) });
      }
    },
  );
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

function send(reply: FastifyReply, { file = '', plan = null, form = {}, error }: Shown) {
  return reply.sendPage({
    template: 'settings/import-page',
    title: 'Import settings',
    section: '/settings',
    data: { view: viewImport(file, plan, form, error) },
  });
}

function viewImport(file: string, plan: ImportPlan | null, form: Form, error: AppError | undefined) {
  const { problemOf } = readProblems(error);
  const changes = plan?.changes.map((change) => ({
    ...change,
    ...states[change.state],
    before: formatJson(change.before),
    after: formatJson(change.after),
  }));
  const blocked = plan?.changes.filter(({ why }) => why !== null).length ?? 0;
  const changed = plan?.changes.filter(({ state }) => state === 'changed').length ?? 0;
  return {
    file,
    plan: plan?.plan ?? null,
    changes: changes ?? [],
    changed,
    blocked,
    word: importWord,
    reason: form.reason ?? '',
    problem: error && !problemOf('reason') && !problemOf('confirm') ? error.message : null,
    reasonProblem: problemOf('reason'),
    wordProblem: problemOf('confirm'),
  };
}

const states = {
  changed: { tone: 'run', icon: 'retry', word: 'Changes' },
  unchanged: { tone: 'idle', icon: 'check', word: 'As it is' },
  unknown: { tone: 'bad', icon: 'cross', word: 'Unknown' },
  refused: { tone: 'bad', icon: 'cross', word: 'Refused' },
};

function formatJson(value: unknown): string {
  return value === null ? '–' : shorten(JSON.stringify(value), 200);
}
