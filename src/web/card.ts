// A card: one declaration and one template. Page, partial, an action's answer and the stream's event are that
// template, byte for byte, so its data holds no relative time and no time of sampling.
import type { BusEvents } from '../core/bus.ts';
import type { Services } from './services.ts';

export type Card = {
  /** Name of the event and of the template in views/cards. */
  name: string;
  /** Id of the permanent element whose inside the card is. */
  host: string;
  path: string;
  /** Events of the bus after which it may look different. */
  dirtyOn: (keyof BusEvents)[];
  load(services: Services): Record<string, unknown> | Promise<Record<string, unknown>>;
};
