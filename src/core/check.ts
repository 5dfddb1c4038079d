// A check looks at one condition of the installation. /health and the banners of the dashboard show what checks find.
import type { BusEvents } from './bus.ts';

export type Health = { status: 'healthy' | 'degraded' | 'unhealthy'; detail: string };

/** A lasting condition: `title` is its consequence, `text` its cause and the next step, `since` its start (ISO 8601). */
export type Problem = {
  tone: 'warn' | 'bad';
  title: string;
  text: string;
  since?: string;
  action?: { href: string; label: string };
};

export type Check = {
  /** The component's key in the answer of /health. */
  name: string;
  /** Absent: /health does not show it. */
  health?(): Health | Promise<Health>;
  /** For a banner; null when all is well. The text changes only with the condition: no sizes, no sampling times. */
  problem?(): Problem | null | Promise<Problem | null>;
  /** Events after which the result of `problem` may change. */
  dirtyOn?: (keyof BusEvents)[];
};
