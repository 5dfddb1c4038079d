// The page of flags. Nothing changes before Save, and all faults of a form are shown at once.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { invalidArguments, readProblems } from '../../core/arguments.ts';
import { plural } from '../../core/format.ts';
import { objectSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { clientOf } from '../../web/client-cookie.ts';
import { wasName } from '../../web/edited-field.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { flagChange } from '../actions.ts';
import { formatState, isSameState } from '../flag.ts';
import { findFault } from '../flag-values.ts';
import type { Flags } from '../flags.ts';
import type { FlagEdit, KnownFlag } from '../known-flag.ts';
import type { FlagContext } from '../parts.ts';
import { onName, percentName, type Refused, type Tried, viewFlags, viewTried } from './flags-view.ts';

const path = '/settings/flags';

export const flagsPage: Page = {
  path,
  api: '/api/v1/flags',
  cards: [],
  examples: [path, `${path}?key=traces&unit=7f3a91c2`],
};

const text = { type: 'string', maxLength: 200 };
const tried = objectSchema({ key: text, unit: text, browser: text });

export function registerFlagsPage(app: FastifyInstance, { flags }: Pick<FlagContext, 'flags'>) {
  app.get<{ Querystring: TriedQuery }>(
    path,
    { config: { isPage: true }, schema: { querystring: tried } },
    (request, reply) => {
      const { browser, ...tried } = request.query;
      const asked = browser === undefined ? tried : { ...tried, unit: clientOf(request) ?? '', isOwn: true };
      return request.headers['hx-request']
        ? reply.view('flags/try', { tried: viewTried(flags, asked) })
        : sendFlags(flags, reply, { tried: asked });
    },
  );

  const saves = { ...isForm, config: { action: flagChange, page: path } };
  app.post<Posted>('/ui/settings/flags', saves, async (request, reply) => {
    const form = withBoxes(flags.all(), request.body ?? {});
    try {
      const edits = readEdits(flags.all(), form);
      assertReadableShares(edits);
      const changed = await flags.change(edits, requester(request), { reason: form.reason ?? null });
      return await reply.sendAction({ notice: noticeOf(flags, changed), redirect: url(path), hosts: [] });
    } catch (thrown) {
      // Nothing that was typed is lost, whatever the refusal.
      const error = readRefusal(thrown, request);
      const refused = { form, error, ...readProblems(error) };
      return sendFlags(flags, reply.code(statusOf(error)), { refused });
    }
  });
}

/** `browser`: sent by the button for this browser, in place of `unit`. */
type TriedQuery = { key?: string; unit?: string; browser?: string };
type Shown = { refused?: Refused; tried?: Tried };

/** The form alone for htmx, else the page. */
function sendFlags(flags: Flags, reply: FastifyReply, { refused, tried = {} }: Shown) {
  const view = viewFlags(flags.all(), refused ?? null);
  if (reply.request.headers['hx-request']) return reply.view('flags/form', { flags: view });
  return reply.sendPage({
    template: 'flags/flags-page',
    title: 'Flags',
    section: '/settings',
    script: 'flags.js',
    data: { flags: view, tried: viewTried(flags, tried) },
  });
}

/** A box that is not ticked is not sent. */
function withBoxes(all: KnownFlag[], form: Form): Form {
  const boxes = all.flatMap(({ flag }) => {
    const name = onName(flag.key);
    return form[wasName(name)] === undefined ? [] : [[name, form[name] ?? 'false']];
  });
  return { ...form, ...Object.fromEntries(boxes) };
}

/** Only flags that differ from what the form showed: others may have been changed meanwhile. The values of the default are the
 *  default. */
function readEdits(all: KnownFlag[], form: Form): FlagEdit[] {
  return all.flatMap(({ flag, state }) => {
    const { key } = flag;
    const [onField, percentField] = [onName(key), percentName(key)];
    const { [onField]: on = String(state.is_on), [percentField]: percent = String(state.percent) } = form;
    const [wasOn, wasPercent] = [form[wasName(onField)], form[wasName(percentField)]];
    if (on === (wasOn ?? String(state.is_on)) && percent === (wasPercent ?? String(state.percent))) return [];
    const given = { is_on: on === 'true', percent: readPercent(percent) };
    const to = isSameState(given, flag.default) ? null : given;
    if (wasOn === undefined || wasPercent === undefined) return { key, to };
    return { key, to, shown: { is_on: wasOn === 'true', percent: Number(wasPercent) } };
  });
}

const readPercent = (typed: string): number => (typed.trim() === '' ? Number.NaN : Number(typed));

/** A switch that is on says that some units have it on. */
function assertReadableShares(edits: FlagEdit[]) {
  const problems = edits.flatMap(({ key, to }) => {
    const isNothing = to?.is_on && to.percent === 0;
    const message = isNothing ? 'On for 0% is off for all. Give 1 to 100, or switch it off.' : findFault(to);
    return message === null ? [] : [{ field: key, message }];
  });
  if (problems.length > 0) throw invalidArguments(problems);
}

function noticeOf(flags: Flags, changed: string[]): Notice {
  if (changed.length === 0) return { tone: 'ok', title: 'Nothing was changed.', text: '' };
  const states = changed.map((key) => `${key} is ${formatState(flags.find(key).state)}.`);
  return { tone: 'ok', title: `${plural(changed.length, 'flag')} saved.`, text: states.join(' ') };
}
