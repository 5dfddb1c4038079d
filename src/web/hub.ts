// A hub is a page of one card of rows, which features declare. The card, and its JSON twin.
import type { BusEvents } from '../core/bus.ts';
import type { HubRow, HubState } from '../core/hub-row.ts';
import type { Kernel } from '../core/kernel.ts';
import { mayAct, type Role } from '../core/role.ts';
import { nullable, objectSchema, textSchema } from '../core/schemas.ts';
import { url } from '../core/url.ts';
import type { SharedCard } from './card.ts';

export type Hub = HubRow['hub'];
type HubContext = Pick<Kernel, 'hubRows' | 'log'>;
/** `state`: null when it could not be read. */
type LoadedRow = { row: HubRow; reads: Role; state: HubState | null };

const icons = { warn: 'tri', bad: 'cross', hold: 'pause' };

/** The rows of a hub with their states. A row that fails does not affect the others. */
function loadRows({ hubRows, log }: HubContext, hub: Hub): Promise<LoadedRow[]> {
  const load = async (row: HubRow) => {
    const reads = row.reads ?? 'viewer';
    try {
      return { row, reads, state: await row.load() };
    } catch (error) {
      log.error({ err: error, row: row.href }, 'a row of a hub could not be read');
      return { row, reads, state: null };
    }
  };
  return Promise.all(hubRows().flatMap((row) => (row.hub === hub ? [load(row)] : [])));
}

/** The card of a hub: its name is that of the hub, its template `shared/hub-card`. */
export function hubCard(ctx: HubContext, hub: Hub, label: string): SharedCard {
  const rows = ctx.hubRows().filter((row) => row.hub === hub);
  return {
    name: hub,
    template: 'shared/hub-card',
    host: `${hub}-card`,
    path: `/ui/${hub}/card`,
    dirtyOn: eventsOf(rows),
    load: async () => ({ label, rows: (await loadRows(ctx, hub)).map(viewRow) }),
  };
}

/** The events of several declarations, each once. */
export function eventsOf(declared: { dirtyOn: (keyof BusEvents)[] }[]): (keyof BusEvents)[] {
  return [...new Set(declared.flatMap(({ dirtyOn }) => dirtyOn))];
}

function viewRow({ row, reads, state }: LoadedRow) {
  return {
    name: row.name,
    icon: row.icon,
    href: url(row.href),
    reads,
    state: state && {
      sentence: state.sentence,
      at: state.at ?? null,
      badge: state.badge
        ? { tone: state.badge.tone, icon: icons[state.badge.tone], word: state.badge.label }
        : null,
      action: state.action ? { ...state.action, id: `act${row.href.replace(/\W+/g, '-')}` } : null,
    },
  };
}

const badgeSchema = { ...objectSchema({ tone: textSchema, label: textSchema }), type: ['object', 'null'] };

export const hubRowSchema = objectSchema({
  name: textSchema,
  href: textSchema,
  sentence: nullable('string'),
  at: nullable('string'),
  badge: badgeSchema,
  needs: {
    ...nullable('string'),
    description: 'The least role that may read it, for others; they get no sentence.',
  },
  is_available: { type: 'boolean' },
});

/** The rows as the API gives them to a role. */
export async function hubBody(ctx: HubContext, hub: Hub, role: Role) {
  const rows = await loadRows(ctx, hub);
  return rows.map(({ row, reads, state }) => {
    const shown = mayAct(role, reads) ? state : null;
    return {
      name: row.name,
      href: url(row.href),
      sentence: shown?.sentence ?? null,
      at: shown?.at ?? null,
      badge: shown?.badge ?? null,
      needs: mayAct(role, reads) ? null : reads,
      is_available: state !== null,
    };
  });
}
