// The page of all values: where each comes from, its default, who changed it and when.
import type { FastifyInstance } from 'fastify';
import type { Role } from '../../core/role.ts';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import { type GroupName, groups, ownEffect } from '../../core/settings/setting.ts';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { type SettingFacts, describeSetting } from '../describe-setting.ts';
import type { SettingContext } from '../parts.ts';
import type { KnownSetting } from '../settings.ts';
import { formatDefault, formatValue } from '../format-value.ts';
import { idOf, limitsPath } from './limits-view.ts';

export const valuesPage: Page = {
  path: '/settings/values',
  api: '/api/v1/settings/values',
  cards: [],
  examples: ['/settings/values', '/settings/values?source=environment&q=port'],
};

const sources = ['environment', '.env', 'saved', 'default'] as const;
const sourceWords = { environment: 'Environment', '.env': '.env file', saved: 'Saved', default: 'Default' };

type Query = { q?: string; source?: string };

export function registerValuesPage(app: FastifyInstance, { settings }: SettingContext) {
  const schema = { querystring: objectSchema({ q: textSchema, source: textSchema }) };
  app.get<{ Querystring: Query }>(valuesPage.path, { config: { isPage: true }, schema }, (request, reply) =>
    reply.sendPage({
      template: 'settings/values-page',
      title: 'All values',
      section: '/settings',
      data: { values: viewValues(settings.all(), request.query, requester(request).role) },
    }),
  );
}

function viewValues(all: KnownSetting[], { q = '', source = '' }: Query, role: Role) {
  const shown = all.filter((known) => matches(known, q.trim().toLowerCase(), source));
  const counts = sources.map((name) => ({ name, count: all.filter((one) => one.source === name).length }));
  return {
    q: q.slice(0, 200),
    total: all.length,
    found: shown.length,
    sentence: counts
      .filter(({ count }) => count > 0)
      .map(({ name, count }) => `${count} ${countWords[name]}`)
      .join(', '),
    sources: sources.map((name) => ({ name, word: sourceWords[name], isChosen: name === source })),
    groups: (Object.keys(groups) as GroupName[]).flatMap((name) => {
      const rows = shown.filter(({ setting }) => setting.group === name).map((known) => viewRow(known, role));
      return rows.length === 0 ? [] : [{ name, title: groups[name].title, meta: groups[name].meta, rows }];
    }),
  };
}

const countWords = {
  environment: 'from the environment',
  '.env': 'from the .env file',
  saved: 'saved',
  default: 'default',
};

function matches({ setting, source }: KnownSetting, text: string, wanted: string): boolean {
  const { key, variable, title } = setting;
  const isFound = [key, variable ?? '', title].some((one) => one.toLowerCase().includes(text));
  return isFound && (wanted === '' || wanted === source);
}

function viewRow(known: KnownSetting, role: Role) {
  const { setting, value, source, running, needsRestart, change } = known;
  const facts = describeSetting(known, role);
  const { href } = groups[setting.group];
  const where = source === 'environment' || source === '.env' ? ` (${setting.variable})` : '';
  return {
    title: setting.title,
    key: setting.key,
    effect: ownEffect(setting),
    value: facts.secret ? viewSecret(facts.secret) : formatValue(setting, value),
    source: `${sourceWords[source]}${where}`,
    preset: formatDefault(setting),
    changedAt: change?.changed_at ?? null,
    changedBy: change?.changed_by ?? null,
    restart: needsRestart ? `running with ${formatValue(setting, running)}` : null,
    locked: facts.locked,
    editHref: facts.is_editable && href ? url(href === limitsPath ? `${href}#${idOf(setting)}` : href) : null,
  };
}

function viewSecret({ is_set: isSet, file, sha256 }: NonNullable<SettingFacts['secret']>): string {
  if (!isSet) return 'not set';
  if (file === null) return 'set';
  return `set, file ${file}${sha256 === null ? ', which cannot be read' : `, sha256 ${sha256}…`}`;
}
