// The page of limits: one form for the settings that are changed most. All faults of a form are shown at once.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import { plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import type { Notice } from '../../web/flash.ts';
import { wasName } from '../../web/edited-field.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import type { Values } from '../check-values.ts';
import { fieldText } from '../edits.ts';
import type { SettingContext } from '../parts.ts';
import type { KnownSetting } from '../settings.ts';
import { changesSettings } from './actions.ts';
import { describeRestart } from './restart.ts';
import { isInForm, limitsPath, type Refused, viewLimits } from './limits-view.ts';

export const limitsPage: Page = {
  path: limitsPath,
  api: '/api/v1/settings/values',
  cards: [],
  examples: [limitsPath],
};

const maxUndoLength = 1500;

export function registerLimitsPage(app: FastifyInstance, ctx: SettingContext) {
  const { settings } = ctx;
  app.get(limitsPath, { config: { isPage: true } }, (_request, reply) => sendLimits(ctx, reply, null));

  const saves = { ...isForm, config: { ...changesSettings, page: limitsPath } };
  app.post<Posted>('/ui/settings/limits', saves, async (request, reply) => {
    const form = request.body ?? {};
    try {
      const before = settings.all();
      const { values, shown } = readChanges(before, form);
      const changed = await settings.put(values, requester(request), { shown });
      const notice = noticeOf(changed, before, settings.all());
      return await reply.sendAction({ notice, redirect: url(limitsPath), hosts: [] });
    } catch (thrown) {
      // Nothing that was typed is lost, whatever the refusal.
      const error = readRefusal(thrown, request);
      // The notice with the button has no field to show the refusal at.
      if (form.undo && request.headers['hx-request']) throw error;
      return sendLimits(ctx, reply.code(statusOf(error)), { form, error, ...readProblems(error) });
    }
  });
}

/** The form alone for htmx, else the page. */
function sendLimits({ catalogue, settings }: SettingContext, reply: FastifyReply, refused: Refused | null) {
  const limits = viewLimits(settings.all(), catalogue, refused);
  if (reply.request.headers['hx-request']) return reply.view('settings/limits-form', { limits });
  return reply.sendPage({
    template: 'settings/limits-page',
    title: 'Limits',
    section: '/settings',
    script: 'settings.js',
    data: { limits },
  });
}

/** Only fields that differ from what they showed: others may have been changed meanwhile. An empty field is the default. */
function readChanges(all: KnownSetting[], form: Form) {
  const values: Values = {};
  const shown: Record<string, string> = {};
  for (const { setting } of all.filter(isInForm)) {
    const { key, kind } = setting;
    const [given, was] = [form[key], form[wasName(key)]];
    if (given === undefined || given === was) continue;
    const text = given.trim();
    values[key] = text === '' ? null : kind.fromField(text);
    if (was !== undefined) shown[key] = was;
  }
  return { values, shown };
}

function noticeOf(changed: string[], before: KnownSetting[], now: KnownSetting[]): Notice {
  if (changed.length === 0) return { tone: 'ok', title: 'Nothing was changed.', text: '' };
  const title = `${plural(changed.length, 'value')} saved.`;
  const undo = undoOf(changed, before, now);
  const text = describeRestart(now.filter(({ setting }) => changed.includes(setting.key)));
  return { tone: text === '' ? 'ok' : 'warn', title, text, ...undo };
}

/** The form with the former values, which shows those that were saved. A cookie carries it, so there is none for long values. */
function undoOf(changed: string[], before: KnownSetting[], now: KnownSetting[]): Pick<Notice, 'undo'> {
  const wasChanged = ({ setting }: KnownSetting) => changed.includes(setting.key);
  const former = before
    .filter(wasChanged)
    .map(({ setting, source, value }) => [
      setting.key,
      source === 'default' ? '' : fieldText(setting, value),
    ]);
  const saved = now
    .filter(wasChanged)
    .map(({ setting, value }) => [wasName(setting.key), fieldText(setting, value)]);
  const fields = Object.fromEntries([...former, ...saved, ['undo', 'true']]);
  if (JSON.stringify(fields).length > maxUndoLength) return {};
  return { undo: { action: url('/ui/settings/limits'), label: 'Undo', fields } };
}
