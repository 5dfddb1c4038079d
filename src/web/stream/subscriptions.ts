// Subscribes the stream to the bus: to the events of its cards, and to those sent as signals.
import type { Bus, BusEvents, JobEvent } from '../../core/bus.ts';
import type { Signal } from '../feature.ts';

/** Bus events carry a job or nothing. */
type Listener = [keyof BusEvents, (change?: JobEvent) => void];

/** Calls `onEvent` with the number of the event's record, and `onSignal` for each signal with data. Returns a function that
 *  unsubscribes. */
export function subscribe(
  bus: Bus,
  { events, signals }: { events: (keyof BusEvents)[]; signals: Signal[] },
  onEvent: (event: keyof BusEvents, number: number | undefined) => void,
  onSignal: (name: string, data: string) => void,
): () => void {
  const listeners = [
    ...events.map((event): Listener => [event, (change) => onEvent(event, change?.number)]),
    ...signals.map(
      ({ name, on, read }): Listener => [
        on,
        (change) => {
          const data = (read as (change?: JobEvent) => string | null)(change);
          if (data !== null) onSignal(name, data);
        },
      ],
    ),
  ];
  for (const [event, listener] of listeners) bus.on(event, listener);
  return () => {
    for (const [event, listener] of listeners) bus.off(event, listener);
  };
}
