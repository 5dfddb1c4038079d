// A card is one declaration and one template, views/<feature>/<name>-card. Page, partial, an action's answer and the stream's
// event are that template, byte for byte, so its data holds no relative time and no time of sampling.
import type { BusEvents } from '../core/bus.ts';

type Loaded = Record<string, unknown>;

type Declared = {
  /** Name of the stream's event and of the template. */
  name: string;
  /** Id of the permanent element that holds the card. */
  host: string;
  /** Address of the partial. */
  path: string;
  /** Events of the bus after which the card may look different. */
  dirtyOn: (keyof BusEvents)[];
};

/** One card for everybody. */
export type SharedCard = Declared & { load(): Loaded | Promise<Loaded> };

/** One card for each record: `job-412` is the card `job` of record 412. `host` and `path` hold `:number`. */
export type RecordCard = Declared & {
  /** Events that name a record and make the card of that record dirty, no other. */
  dirtyOnOwn?: (keyof BusEvents)[];
  exists(number: string): boolean;
  /** Throws `not_found`. */
  load(number: string): Loaded | Promise<Loaded>;
};

export type Card = SharedCard | RecordCard;

export function isRecordCard(card: Card): card is RecordCard {
  return 'exists' in card;
}
