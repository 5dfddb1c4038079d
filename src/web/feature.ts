// The declaration of a feature. src/features.ts lists the features; app and server derive everything else from that list:
// wiring, navigation, routes, cards and their live updates, checks, metrics. Operations and commands have lists of their own,
// src/declared-operations.ts and src/declared-commands.ts, which load no server.
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { BusEvents, EndedJob } from '../core/bus.ts';
import type { AnsweredRequest } from '../core/answered-request.ts';
import type { Check } from '../core/check.ts';
import type { JobPart } from '../core/job-part.ts';
import type { HoldBack } from '../core/hold-back.ts';
import type { HubRow, OutlookFact, SetupStep } from '../core/hub-row.ts';
import type { Authenticate } from '../core/identity.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import type { OptionLists } from '../core/operation.ts';
import type { Card } from './card.ts';

/** A tab of the navigation; the shortcut is `g`, then its key. The tab at position 1 is the home page. */
export type NavItem = { position: number; label: string; href: string; key: string };

/** The number at a tab of the navigation, on every page; none at zero. */
export type NavBadge = {
  tone: 'warn' | 'bad';
  /** The number in words, for those who hear the page: `2 open errors`. */
  describe(count: number): string;
  count(): number | Promise<number>;
  /** Events after which the number may have changed. */
  dirtyOn: (keyof BusEvents)[];
};

/** A full page. The answers of actions may re-render its cards, and the live stream updates them. */
export type Page = {
  /** The path of its route, such as `/jobs/:number`. */
  path: string;
  /** The address that answers in its place a request for JSON, with the same parameters. */
  api?: string;
  /** Names of its cards; for a record card, that of the record in the address. */
  cards: string[];
  /** The page fetches its own content again after an action. */
  reloads?: true;
  /** Addresses for the accessibility test, which has a library, an index, and jobs 1 to 3, of which the last failed. */
  examples: string[];
};

/** Sends an event that is not a card to all readers of the stream; `read` returns its text, or null to send nothing. */
export type Signal = {
  [Event in keyof BusEvents]: { name: string; on: Event; read(...change: BusEvents[Event]): string | null };
}[keyof BusEvents];

export type Lifecycle = {
  /** Before the server listens: repairs the state left by a crash. */
  recover?(): void | Promise<void>;
  /** When the server listens: starts work. */
  start?(): void | Promise<void>;
  /** In a run by hand, in place of `start`. */
  startByHand?(): void | Promise<void>;
  /** Before a job is reported as ended: resolves when the feature shows what that job has changed. No process of it is left. */
  catchUp?(ended: EndedJob): Promise<void>;
  /** Stops accepting new work. */
  refuseNew?(): void | Promise<void>;
  /** Ends loops and processes; running jobs get `quietMs` to end first. */
  stop?(quietMs: number): void | Promise<void>;
  /** After the server has closed. */
  close?(): void | Promise<void>;
  /** At the very end: the stop is in the audit log, and the databases are still open. Never rejects. */
  afterStop?(): Promise<void>;
};

/** `browser`: its name, see client-cookie.ts. */
export type HasStream = (browser: string) => boolean;

export type Feature<Part extends object = object> = {
  name: string;
  nav?: NavItem;
  navBadge?(ctx: Kernel & Part): NavBadge;
  pages?: Page[];
  /** Builds the feature's part of the domain. The members below receive it together with the kernel. */
  create(ctx: Context): Part;
  lifecycle?(ctx: Kernel & Part): Lifecycle;
  routes?(app: FastifyInstance, ctx: Kernel & Part): void | Promise<void>;
  cards?(ctx: Kernel & Part): Card[];
  /** Lists from which arguments choose their values. */
  options?(ctx: Kernel & Part): Partial<OptionLists>;
  /** What it adds to the page of a job. */
  jobParts?(ctx: Kernel & Part): JobPart[];
  signals?(ctx: Kernel & Part): Signal[];
  checks?(ctx: Kernel & Part): Check[];
  /** Called with each answered request, except those that the server sends to itself. Must be quick, and never throws. */
  onAnswered?(ctx: Kernel & Part): (answered: AnsweredRequest) => void;
  /** Exactly one feature identifies the senders of requests. */
  authenticate?(ctx: Kernel & Part): Authenticate;
  /** Exactly one feature says which browsers get the live stream; the pages of others ask at intervals. */
  hasStream?(ctx: Kernel & Part): HasStream;
  /** Exactly one feature holds back actions, before the body of their requests is read. */
  holdsBack?(ctx: Kernel & Part): HoldBack;
  /** Its rows on the hubs. */
  hubRows?(ctx: Kernel & Part): HubRow[];
  /** Its steps of the setup checklist. */
  setupSteps?(ctx: Kernel & Part): SetupStep[];
  /** Its facts of the outlook on the home page. */
  outlook?(ctx: Kernel & Part): OutlookFact[];
  /** Registers counters and gauges for /metrics. */
  metrics?(registry: Registry, ctx: Kernel & Part): void;
};

/** A feature whose part is built. */
export type Mounted = { feature: Feature; ctx: Kernel };
