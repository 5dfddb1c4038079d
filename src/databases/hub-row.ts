import { formatBytes, formatList } from '../core/format.ts';
import type { HubAction, HubRow, HubState } from '../core/hub-row.ts';
import { readPages } from '../core/db/pages.ts';
import { type DatabaseName, lastingNames, fileNameOf } from './database.ts';
import { databaseOperation } from './database-operation.ts';
import { dialogOf } from './dialog-of.ts';
import type { DatabaseContext } from './parts.ts';

type Context = Pick<
  DatabaseContext,
  'catalogue' | 'config' | 'library' | 'ops' | 'databaseList' | 'logState'
>;

export const databasesRow = (ctx: Context): HubRow => ({
  hub: 'storage',
  position: 20,
  icon: 'db',
  name: 'Databases',
  href: '/databases',
  dirtyOn: ['databases', 'jobs-removed', 'library', 'log-store'],
  load() {
    const { file } = ctx.logState();
    const sizes = [
      ...lastingNames.map((name) => `${name} ${formatBytes(sizeOf(ctx, name))}`),
      ...(file ? [`log ${formatBytes(file.bytes)}`] : []),
    ].join(', ');
    const state = describeChecks(ctx, `${sizes}.`);
    const isOffered = ctx.catalogue.find(databaseOperation.name) !== null;
    return isOffered ? { ...state, action: checkAction(ctx) } : state;
  },
});

/** The check of the database that needs it most: with a problem, never checked, or checked longest ago. */
function checkAction({ config, databaseList }: Context): HubAction {
  const rank = (name: DatabaseName) => {
    const { outcome, at } = databaseList.checkOf(name);
    return `${outcome === 'found' || outcome === 'unfinished' ? 0 : 1} ${at ?? ''}`;
  };
  const [name = 'library'] = [...lastingNames].sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  return { kind: 'dialog', label: 'Check…', hidden: fileNameOf(config, name), ...dialogOf(name, 'check') };
}

function sizeOf({ library, ops }: Context, name: DatabaseName): number {
  const { pages, pageBytes } = readPages(name === 'library' ? library : ops);
  return pages * pageBytes;
}

/** The worst first. */
function describeChecks({ config, databaseList }: Context, sizes: string): HubState {
  const checks = lastingNames.map((name) => ({ name, ...databaseList.checkOf(name) }));
  const bad = checks.find(({ outcome }) => outcome === 'found');
  if (bad) {
    const sentence = `${sizes} The last check of ${fileNameOf(config, bad.name)} found a problem`;
    return { sentence, ...(bad.at && { at: bad.at }), badge: { tone: 'bad', label: 'Check failed' } };
  }
  const unfinished = checks.find(({ outcome }) => outcome === 'unfinished');
  if (unfinished) {
    const sentence = `${sizes} ${fileNameOf(config, unfinished.name)} could not be checked`;
    return {
      sentence,
      ...(unfinished.at && { at: unfinished.at }),
      badge: { tone: 'warn', label: 'Not checked' },
    };
  }
  const never = checks.filter(({ at }) => at === null).map(({ name }) => fileNameOf(config, name));
  if (never.length > 0) return { sentence: `${sizes} Never checked: ${formatList(never)}.` };
  const oldest = checks.map(({ at }) => at ?? '').sort()[0] ?? '';
  return { sentence: `${sizes} Their checks found nothing, the older one`, at: oldest };
}
