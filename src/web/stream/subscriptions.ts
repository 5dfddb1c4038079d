// What the stream hears from the bus: the events that its cards wait for, and those that are sent as signals.
import type { Bus, BusEvents, JobEvent } from '../../core/bus.ts';
import type { Signal } from '../feature.ts';

/** Events of the bus carry a job or nothing. Gives what ends the subscription. */
export function subscribe(
  bus: Bus,
  events: (keyof BusEvents)[],
  onEvent: (event: keyof BusEvents, number: number | undefined) => void,
): () => void {
  const listeners = events.map((event) => ({
    event,
    listener: (change?: JobEvent) => onEvent(event, change?.number),
  }));
  for (const { event, listener } of listeners) bus.on(event, listener);
  return () => {
    for (const { event, listener } of listeners) bus.off(event, listener);
  };
}

export function subscribeSignals(
  bus: Bus,
  signals: Signal[],
  onSignal: (name: string, data: string) => void,
): () => void {
  const listeners = signals.map(({ name, on, read }) => ({
    event: on,
    listener: (change?: JobEvent) => {
      const data = (read as (change?: JobEvent) => string | null)(change);
      if (data !== null) onSignal(name, data);
    },
  }));
  for (const { event, listener } of listeners) bus.on(event, listener);
  return () => {
    for (const { event, listener } of listeners) bus.off(event, listener);
  };
}
