// All cards that features declare, and the one way to find, load and render one.
import { url } from '../core/url.ts';
import type { BusEvents } from '../core/bus.ts';
import { type Card, isRecordCard, type RecordCard, type SharedCard } from './card.ts';
import { templateFormat } from './template-format.ts';

/** A shared card, or that of one record. */
export type OpenCard = {
  name: string;
  template: string;
  host: string;
  path: string;
  /** Whether it goes away with its last reader. */
  isOfRecord: boolean;
  /** Whether it may look different after an event; `number` names the event's record. */
  isDirtiedBy(event: keyof BusEvents, number: number | undefined): boolean;
  load(): Record<string, unknown> | Promise<Record<string, unknown>>;
};

export type Cards = ReturnType<typeof createCards>;

/** A card, and the folder of views that its template `<name>-card` is in. */
export type DeclaredCard = { folder: string; card: Card };

/** `render` takes a template's path below views and its data. Throws when two cards share a name. */
export function createCards(
  declared: DeclaredCard[],
  render: (template: string, data: object) => Promise<string>,
) {
  const shared = new Map<string, OpenCard>();
  const ofRecords = new Map<string, { card: RecordCard; template: string }>();
  for (const { folder, card } of declared) {
    const { name } = card;
    if (shared.has(name) || ofRecords.has(name)) throw new Error(`Two cards are named ${name}.`);
    const template = `${folder}/${name}-card`;
    if (isRecordCard(card)) ofRecords.set(name, { card, template });
    else shared.set(name, openShared(card, template));
  }
  const cards = declared.map(({ card }) => card);

  return {
    declared: cards,
    /** The events that any card waits for. */
    events: [...new Set(cards.flatMap(eventsOf))],

    /** By topic: `jobs`, or `job-412`. */
    find(topic: string): OpenCard | null {
      const known = shared.get(topic);
      if (known) return known;
      const [, name = '', number = ''] = /^(.+)-(\d{1,15})$/.exec(topic) ?? [];
      const found = ofRecords.get(name);
      return found ? openRecord(found.card, found.template, number) : null;
    },

    /** Whether the record of a topic is there; true for a shared card. */
    exists(topic: string): boolean {
      const [, name = '', number = ''] = /^(.+)-(\d{1,15})$/.exec(topic) ?? [];
      return ofRecords.get(name)?.card.exists(number) ?? shared.has(topic);
    },

    /** The inside of the card's host, as page, partial and event show it. */
    async render(card: OpenCard): Promise<string> {
      return render(card.template, await loadCard(card));
    },

    load: loadCard,

    /** For a page: a card that cannot be loaded says so in its place, and the others are there. */
    async loadOrExplain(card: OpenCard, requestId: string, onError: (error: unknown) => void) {
      try {
        return { template: card.template, data: await loadCard(card), isAvailable: true };
      } catch (error) {
        onError(error);
        const { name, host, path } = card;
        return {
          template: 'shared/unavailable',
          data: { name, requestId, card: { host, path } },
          isAvailable: false,
        };
      }
    },
  };
}

function openShared(card: SharedCard, template: string): OpenCard {
  return {
    ...card,
    template,
    isOfRecord: false,
    isDirtiedBy: (event) => card.dirtyOn.includes(event),
    load: () => card.load(),
  };
}

function openRecord(card: RecordCard, template: string, number: string): OpenCard {
  return {
    name: `${card.name}-${number}`,
    template,
    host: card.host.replace(':number', number),
    path: url(card.path.replace(':number', number)),
    isOfRecord: true,
    isDirtiedBy: (event, changed) =>
      card.dirtyOn.includes(event) ||
      (card.dirtyOnOwn?.includes(event) === true && changed === Number(number)),
    load: () => card.load(number),
  };
}

function eventsOf(card: Card): (keyof BusEvents)[] {
  return isRecordCard(card) ? [...card.dirtyOn, ...(card.dirtyOnOwn ?? [])] : card.dirtyOn;
}

async function loadCard({ host, path, load }: OpenCard): Promise<Record<string, unknown>> {
  return { ...(await load()), w: templateFormat, card: { host, path } };
}
