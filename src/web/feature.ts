// What a feature declares. src/features.ts lists the features; app and server derive everything else from that list:
// wiring, navigation, routes, cards and their live updates, operations, checks, metrics.
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { BusEvents } from '../core/bus.ts';
import type { Check } from '../core/check.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import type { Operation } from '../core/operation.ts';
import type { Command } from '../core/terminal/command.ts';
import type { Card } from './card.ts';

/** A tab of the navigation; after `g` its key leads there. The tab at position 1 is the home page. */
export type NavItem = { position: number; label: string; href: string; key: string };

/** A document of its own. Its cards are what an action's answer may re-render and what the live stream carries. */
export type Page = {
  /** As the route has it: `/jobs/:number`. */
  path: string;
  /** Names of its cards; a record's card is that of the record in the address. */
  cards: string[];
  /** The page fetches its own content again after an action. */
  reloads?: true;
  /** Addresses that the accessibility test opens, with a library, an index, and jobs 1 to 3, the last of them failed. */
  examples: string[];
};

/** Sends an event that is no card to all readers of the stream; `read` gives its text, or null to send nothing. */
export type Signal = {
  [Event in keyof BusEvents]: { name: string; on: Event; read(...change: BusEvents[Event]): string | null };
}[keyof BusEvents];

export type Lifecycle = {
  /** Before the server listens: brings what a crash left behind in order. */
  recover?(): void | Promise<void>;
  /** When it listens: begins to work. */
  start?(): void | Promise<void>;
  /** In a run by hand, in place of `start`. */
  startByHand?(): void | Promise<void>;
  /** Takes nothing new. */
  refuseNew?(): void | Promise<void>;
  /** Ends loops and processes; running jobs get `quietMs` to end by themselves. */
  stop?(quietMs: number): void | Promise<void>;
  /** When the server has closed. */
  close?(): void | Promise<void>;
};

export type Feature<Part extends object = object> = {
  name: string;
  nav?: NavItem;
  pages?: Page[];
  operations?: Operation[];
  /** Of the command line. */
  commands?: Command[];
  /** Builds the feature's part of the domain. It and the kernel are what all below is given. */
  create(ctx: Context): Part;
  lifecycle?(own: Kernel & Part): Lifecycle;
  routes?(app: FastifyInstance, own: Kernel & Part): void | Promise<void>;
  cards?(own: Kernel & Part): Card[];
  signals?(own: Kernel & Part): Signal[];
  checks?(own: Kernel & Part): Check[];
  /** Registers counters and gauges for /metrics. */
  metrics?(registry: Registry, own: Kernel & Part): void;
};

/** A feature whose part is built. */
export type Mounted = { feature: Feature; own: Kernel };
