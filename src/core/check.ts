// A check looks at one condition of the installation. /health and the banners of the dashboard show what checks find.
import type { BusEvents } from './bus.ts';

export type Health = { status: 'healthy' | 'degraded' | 'unhealthy'; detail: string };

/** A lasting condition: its consequence, its cause with the next step, and since when (ISO 8601) it holds. */
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
  /** For a banner; null when all is well. Its words change only with the condition: no sizes, no times of sampling. */
  problem?(): Problem | null | Promise<Problem | null>;
  /** Events after which `problem` may answer otherwise. */
  dirtyOn?: (keyof BusEvents)[];
};
