// Finds, loads and renders the cards that features declare.
import { url } from '../core/url.ts';
import type { BusEvents } from '../core/bus.ts';
import type { Role } from '../core/role.ts';
import { type Card, isRecordCard, type RecordCard, type SharedCard } from './card.ts';

/** A shared card, or the card of one record. */
export type OpenCard = {
  name: string;
  template: string;
  host: string;
  path: string;
  /** The least role that sees it, if a viewer may not. */
  reads?: Role;
  /** Whether it belongs to one record; it is dropped with its last reader. */
  isOfRecord: boolean;
  /** Whether its record exists; true for a shared card. */
  exists(): boolean;
  /** Whether it may look different after an event of record `number`. */
  isDirtiedBy(event: keyof BusEvents, number: number | undefined): boolean;
  load(): Record<string, unknown> | Promise<Record<string, unknown>>;
};

export type Cards = ReturnType<typeof createCards>;

/** `folder` of views contains the card's template, unless the card names it. `render` takes the path of a template below
 *  views, and its data. Throws when two cards share a name. */
export function createCards(
  declared: { folder: string; card: Card }[],
  render: (template: string, data: object) => Promise<string>,
) {
  const shared = new Map<string, OpenCard>();
  const ofRecords = new Map<string, { card: RecordCard; template: string }>();
  for (const { folder, card } of declared) {
    const { name } = card;
    if (shared.has(name) || ofRecords.has(name)) throw new Error(`Two cards are named ${name}.`);
    const template = card.template ?? `${folder}/${name}-card`;
    if (isRecordCard(card)) ofRecords.set(name, { card, template });
    else shared.set(name, openShared(card, template));
  }
  const cards = declared.map(({ card }) => card);

  return {
    declared: cards,
    /** The cards of every page. */
    everywhere: cards.flatMap((card) => (isOnEveryPage(card) ? (shared.get(card.name) ?? []) : [])),
    /** The events that make any card dirty. */
    events: [...new Set(cards.flatMap(eventsOf))],

    /** `topic` is `jobs` or `job-412`. */
    find(topic: string): OpenCard | null {
      const known = shared.get(topic);
      if (known) return known;
      for (const { card, template } of ofRecords.values()) {
        const key = topic.startsWith(`${card.name}-`) ? topic.slice(card.name.length + 1) : '';
        if (keyPatterns[keyOf(card)].test(key)) return openRecord(card, template, key);
      }
      return null;
    },

    /** The content of the card's host for readers of a role, for page, partial and event. */
    async render(card: OpenCard, role: Role): Promise<string> {
      return render(card.template, { ...(await loadCard(card)), role });
    },

    load: loadCard,
  };
}

function isOnEveryPage(card: Card): boolean {
  return !isRecordCard(card) && card.isOnEveryPage === true;
}

function openShared(card: SharedCard, template: string): OpenCard {
  return {
    ...card,
    template,
    isOfRecord: false,
    exists: () => true,
    isDirtiedBy: (event) => card.dirtyOn.includes(event),
    load: () => card.load(),
  };
}

const keyPatterns = { number: /^\d{1,15}$/, name: /^[a-z0-9][a-z0-9-]{0,39}$/ };

/** Returns the parameter that names the record in `host` and `path`. */
function keyOf({ path }: RecordCard): 'number' | 'name' {
  return path.includes(':name') ? 'name' : 'number';
}

function openRecord(card: RecordCard, template: string, key: string): OpenCard {
  return {
    ...(card.reads ? { reads: card.reads } : {}),
    name: `${card.name}-${key}`,
    template,
    host: card.host.replace(`:${keyOf(card)}`, key),
    path: url(card.path.replace(`:${keyOf(card)}`, key)),
    isOfRecord: true,
    exists: () => card.exists(key),
    isDirtiedBy: (event, changed) =>
      card.dirtyOn.includes(event) ||
      (card.dirtyOnRecord?.includes(event) === true && changed === Number(key)),
    load: () => card.load(key),
  };
}

function eventsOf(card: Card): (keyof BusEvents)[] {
  return isRecordCard(card) ? [...card.dirtyOn, ...(card.dirtyOnRecord ?? [])] : card.dirtyOn;
}

async function loadCard({ host, path, load }: OpenCard): Promise<Record<string, unknown>> {
  return { ...(await load()), card: { host, path } };
}
