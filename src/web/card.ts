// A card is one declaration and one template, usually views/<feature>/<name>-card. Page, partial, action answer and stream event
// render that template, byte for byte, so its data contains no relative time and no sampling time.
import type { BusEvents } from '../core/bus.ts';
import type { Role } from '../core/role.ts';

type Loaded = Record<string, unknown>;

type Declared = {
  /** Name of the stream event and of the template. */
  name: string;
  /** Path below views, if the card does not have the template of its name. */
  template?: string;
  /** Id of the permanent element around the card. */
  host: string;
  /** Address of the partial. */
  path: string;
  /** The least role that sees it, if a viewer may not. */
  reads?: Role;
  /** Bus events after which the card may look different. */
  dirtyOn: (keyof BusEvents)[];
};

/** One card for all readers. */
export type SharedCard = Declared & {
  /** Above the content of every page, but not for people who are not signed in. Its HTML is kept until one of its events. */
  isOnEveryPage?: true;
  load(): Loaded | Promise<Loaded>;
};

/** One card per record: `job-412` is the card `job` of record 412. `host` and `path` contain `:number`, or `:name` for
 *  records that have a name in place of a number. */
export type RecordCard = Declared & {
  /** Bus events that name a record and make only that record's card dirty. */
  dirtyOnRecord?: (keyof BusEvents)[];
  exists(key: string): boolean;
  /** Throws `not_found`. */
  load(key: string): Loaded | Promise<Loaded>;
};

export type Card = SharedCard | RecordCard;

export function isRecordCard(card: Card): card is RecordCard {
  return 'exists' in card;
}
