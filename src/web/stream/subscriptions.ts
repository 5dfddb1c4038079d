// Subscribes the stream to the bus: to the events of its cards, and to those sent as signals.
import type { Bus, BusEvents, JobEvent } from '../../core/bus.ts';
import type { Signal } from '../feature.ts';

/** Bus events carry a job or nothing. */
type Listener = { event: keyof BusEvents; listener: (change?: JobEvent) => void };

/** Calls `onEvent` with the number of the event's record. Returns a function that unsubscribes. */
export function subscribe(
  bus: Bus,
  events: (keyof BusEvents)[],
  onEvent: (event: keyof BusEvents, number: number | undefined) => void,
): () => void {
  return listen(
    bus,
    events.map((event) => ({ event, listener: (change) => onEvent(event, change?.number) })),
  );
}

/** Calls `onSignal` for each signal with data. Returns a function that unsubscribes. */
export function subscribeSignals(
  bus: Bus,
  signals: Signal[],
  onSignal: (name: string, data: string) => void,
): () => void {
  return listen(
    bus,
    signals.map(({ name, on, read }) => ({
      event: on,
      listener(change) {
        const data = (read as (change?: JobEvent) => string | null)(change);
        if (data !== null) onSignal(name, data);
      },
    })),
  );
}

function listen(bus: Bus, listeners: Listener[]): () => void {
  for (const { event, listener } of listeners) bus.on(event, listener);
  return () => {
    for (const { event, listener } of listeners) bus.off(event, listener);
  };
}
