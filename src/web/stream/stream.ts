// The one live stream: renders a card that became dirty once, and gives the same bytes to every client. A client that
// reads slowly gets the newest state of each card, not a growing buffer; one that does not read at all is closed.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BusEvents, JobEvent } from '../../core/bus.ts';
import { AppError } from '../../core/errors.ts';
import { isTerminal } from '../../jobs/job.ts';
import type { Card } from '../card.ts';
import { dashboardCards, findCard, renderCard } from '../cards.ts';
import { assertRoomForStream } from '../connections.ts';
import type { Services } from '../services.ts';
import {
  type Client,
  flushClient,
  openClient,
  sendFrames,
  sendSignal,
  tickClient,
  whenTaken,
} from './client.ts';

export type Stream = ReturnType<typeof createStream>;

/** `frame` carries `html` and was given `version`; `newest` may not have been given out yet. The timer runs while
 *  further changes are held back. */
type CardState = {
  card: Card;
  newest: string;
  html: string;
  frame: Buffer;
  version: number;
  isDirty: boolean;
  timer: NodeJS.Timeout | null;
  rendering: Promise<void> | null;
};

const eventEveryMs = 200;
/** More than anybody has tabs. */
const topicsMax = 100;
const tickMs = 5000;
/** A beat that is due so soon goes out with a change: one write to each client instead of two. */
const tickEarlyMs = 1500;

export function createStream(app: FastifyInstance, services: Services) {
  const { bus, config, now, log } = services;
  /** Ids of a former process mean nothing to this one. */
  const boot = now().getTime().toString(36);
  const clients = new Set<Client>();
  const states = new Map<string, CardState>(dashboardCards.map((card) => [card.name, newState(card)]));
  let version = 0;
  let ticker: NodeJS.Timeout | null = null;
  let tickedAt = 0;
  /** What became dirty in this turn of the event loop goes out together: one write to each client. */
  const due = new Set<CardState>();
  const onEnd = ({ number, status }: JobEvent) => {
    if (isTerminal(status)) signal('ended', String(number));
  };
  bus.on('job', onEnd);
  const listeners = (
    ['job', 'log', 'rows', 'library', 'workers', 'index', 'operations', 'sample'] as const
  ).map((event) => {
    const listener = (change?: JobEvent) => markDirty(event, change);
    bus.on(event, listener);
    return { event, listener };
  });

  return {
    /** Takes the connection over: present state first (only what changed since `Last-Event-ID`), then changes. Throws
     *  `too_many_streams`, and `not_found` for an unknown topic or job. */
    async subscribe(
      request: FastifyRequest,
      reply: FastifyReply,
      query: { topics?: string; since?: string },
    ) {
      const topics = readTopics(query.topics, services);
      if (clients.size >= config.maxStreams) {
        throw new AppError(
          'too_many_streams',
          'Too many live connections. The page goes on without; try again later.',
        );
      }
      assertRoomForStream(services.descriptors);
      const last = request.headers['last-event-id'] ?? query.since;
      const client = openClient(reply, topics, readId(typeof last === 'string' ? last : undefined));
      if (client.response.destroyed) return;
      clients.add(client);
      client.response.on('close', () => leave(client));
      client.response.on('drain', () => flushClient(client));
      ticker ??= startTicker();
      const watched = [...topics].flatMap((topic) => stateOf(topic) ?? []);
      await Promise.all(watched.map((state) => (state.isDirty ? render(state) : state.rendering)));
      publish(watched);
      client.isReady = true;
      sendFrames(
        client,
        watched.sort((one, other) => one.version - other.version),
      );
    },

    /** `n` full batches back to back, then the end: for tests and for looking at it with curl. */
    async cycle(reply: FastifyReply, query: { topics?: string }, cycles: number) {
      const topics = readTopics(query.topics, services);
      let batch = await renderBatch(topics);
      const { response } = openClient(reply, topics, 0);
      try {
        for (let turn = 1; !response.destroyed; turn += 1) {
          response.write(batch);
          if (turn === cycles) return;
          await whenTaken(response);
          batch = await renderBatch(topics);
        }
      } finally {
        response.end();
      }
    },

    clientCount: () => clients.size,

    /** Ends every stream; safe twice. */
    close() {
      bus.off('job', onEnd);
      for (const { event, listener } of listeners) bus.off(event, listener);
      for (const state of states.values()) if (state.timer) clearTimeout(state.timer);
      if (ticker) clearInterval(ticker);
      for (const { response } of clients) response.end();
      clients.clear();
    },
  };

  function markDirty(event: keyof BusEvents, change?: JobEvent) {
    for (const state of states.values()) {
      if (!state.card.dirtyOn.includes(event) || isOfAnotherJob(state.card, event, change)) continue;
      state.isDirty = true;
      if (isWatched(state)) renderSoon(state);
    }
  }

  /** The first change goes out at once; further ones are held back for a while and go out as one. */
  function renderSoon(state: CardState) {
    if (state.timer) return;
    state.timer = setTimeout(() => {
      state.timer = null;
      if (state.isDirty) renderSoon(state);
    }, eventEveryMs);
    if (due.size === 0) setImmediate(() => void renderDue());
    due.add(state);
  }

  async function renderDue() {
    const states = [...due];
    due.clear();
    await Promise.all(states.map(render));
    publish(states);
  }

  /** Gives versions and sends in one go: whoever has a version has all before it. Equal bytes are no new version. */
  function publish(states: CardState[]) {
    const fresh = states.filter(({ newest, html }) => newest !== html);
    for (const state of fresh) {
      state.html = state.newest;
      state.version = nextId();
      state.frame = frameOf(state.card.name, state.version, state.html);
    }
    if (fresh.length === 0) return;
    for (const client of clients) sendFrames(client, fresh);
    if (ticker && now().getTime() - tickedAt >= tickMs - tickEarlyMs) {
      ticker.refresh();
      tick();
    }
  }

  /** Renders once, whoever asks meanwhile. */
  function render(state: CardState): Promise<void> {
    state.rendering ??= renderOnce(state).finally(() => {
      state.rendering = null;
    });
    return state.rendering;
  }

  async function renderOnce(state: CardState) {
    state.isDirty = false;
    try {
      state.newest = await renderCard(app, state.card, services);
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return;
      log.error({ err: error, card: state.card.name }, 'a card could not be rendered');
      tryAgain(state);
    }
  }

  /** With the next change, the next client or the next beat, whichever is first. */
  function tryAgain(state: CardState) {
    state.isDirty = true;
    if (state.timer) clearTimeout(state.timer);
    state.timer = null;
  }

  async function renderBatch(topics: Set<string>): Promise<Buffer> {
    const frames: Buffer[] = [];
    for (const topic of topics) {
      const card = findCard(topic);
      if (card) frames.push(frameOf(topic, nextId(), await renderCard(app, card, services)));
    }
    return Buffer.concat([...frames, tickFrame()]);
  }

  function stateOf(topic: string): CardState | null {
    const known = states.get(topic);
    const card = known?.card ?? findCard(topic);
    if (known || !card) return known ?? null;
    const state = newState(card);
    states.set(topic, state);
    return state;
  }

  function isWatched(state: CardState): boolean {
    for (const client of clients) if (client.topics.has(state.card.name)) return true;
    return false;
  }

  function leave(client: Client) {
    clients.delete(client);
    for (const topic of client.topics) {
      const state = states.get(topic);
      if (!state || dashboardCards.includes(state.card) || isWatched(state)) continue;
      if (state.timer) clearTimeout(state.timer);
      states.delete(topic);
    }
    if (clients.size > 0 || !ticker) return;
    clearInterval(ticker);
    ticker = null;
  }

  function startTicker(): NodeJS.Timeout {
    tickedAt = now().getTime();
    return setInterval(tick, tickMs);
  }

  function tick() {
    tickedAt = now().getTime();
    for (const state of states.values()) if (state.isDirty && isWatched(state)) renderSoon(state);
    const frame = tickFrame();
    for (const client of clients) tickClient(client, frame);
  }

  function tickFrame(): Buffer {
    return signalFrame('tick', now().toISOString());
  }

  /** To all, whatever cards they watch. */
  function signal(event: string, data: string) {
    const frame = signalFrame(event, data);
    for (const client of clients) sendSignal(client, frame);
  }

  function signalFrame(event: string, data: string): Buffer {
    return Buffer.from(`event: ${event}\nid: ${boot}-${version}\ndata: ${data}\n\n`);
  }

  function nextId(): number {
    version += 1;
    return version;
  }

  function readId(id: string | undefined): number {
    const [itsBoot, number] = (id ?? '').split('-');
    return itsBoot === boot && /^\d+$/.test(number ?? '') ? Number(number) : 0;
  }

  function frameOf(event: string, id: number, html: string): Buffer {
    return Buffer.from(`event: ${event}\nid: ${boot}-${id}\n${html.replace(/^/gm, 'data: ')}\n\n`);
  }
}

function newState(card: Card): CardState {
  const nothing = { newest: '', html: '', frame: Buffer.alloc(0), version: 0 };
  return { card, ...nothing, isDirty: true, timer: null, rendering: null };
}

/** The output of one job changes no other job's card. */
function isOfAnotherJob(card: Card, event: keyof BusEvents, change?: JobEvent): boolean {
  return (event === 'log' || event === 'rows') && card.name !== `${event}-${change?.number}`;
}

/** Of jobs that are gone only the others are left: one stream carries what all tabs of a browser show. */
function readTopics(topics: string | undefined, { repository }: Services): Set<string> {
  if (!topics) return new Set(dashboardCards.map((card) => card.name));
  const names = topics.split(',').slice(0, topicsMax);
  const known = names.filter((name) => {
    const [, number] = /^(?:job|log|rows)-(\d+)$/.exec(name) ?? [];
    return number ? repository.find(number) : findCard(name);
  });
  const unknown = names.find((name) => !findCard(name)) ?? (known.length === 0 ? names[0] : undefined);
  if (unknown === undefined) return new Set(known);
  throw new AppError('not_found', `There is no topic ${JSON.stringify(unknown.slice(0, 80))}.`);
}
