// What the stream hears from the bus: the events that its cards wait for, and those that are sent as signals.
import type { Bus, BusEvents, JobEvent } from '../../core/bus.ts';
import type { Signal } from '../feature.ts';

/** Events of the bus carry a job or nothing. */
type Listener = { event: keyof BusEvents; listener: (change?: JobEvent) => void };

/** Calls `onEvent` with the number of the record that an event names. Gives what ends the subscription. */
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

/** Calls `onSignal` for each signal that has something to send. Gives what ends the subscription. */
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
