// The chaos of webhooks: a server that sends events to a receiver is killed again and again. Each event arrives at least once, with
// one id and one text, and what has arrived stays in the list.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import type { Config } from '../../src/core/config.ts';
import { createRandom, type Random } from '../random.ts';
import { readDeliveries } from './delivery-facts-repository.ts';
import { chaosConfig, type ServerProcess, startServer } from './server-process.ts';
import { type Arrived, findDeliveryProblems, findLostEvents } from './webhook-checks.ts';
import { addWebhook, createWebhookLoad, listDeliveries, type WebhookLoad } from './webhook-load.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

type Options = {
  root: string;
  seed: number;
  kills: number;
  events: number;
  /** Events whose first request gets an error; the server tries again after some seconds. */
  errorsOfHundred: number;
  onCycle?(cycle: number, facts: string): void;
};

/** `amid`: kills at a request to the receiver. `duplicates`: requests for an event that the receiver had taken before. */
type Report = {
  events: number;
  kills: number;
  amid: number;
  requests: number;
  errors: number;
  duplicates: number;
  problems: string[];
};

type Stage = { config: Config; receiver: WebhookReceiver; load: WebhookLoad; arrived: Arrived };

/** The moment of a kill: so long after its start, or its first answer, or at one of its requests to the receiver. */
type Moment = { startMs: number } | { lifeMs: number } | { requests: number; isAnswered: boolean };

const startMaxMs = 800;
const lifeMaxMs = 1000;
const requestsMax = 15;
const restMaxMs = 5000;
const quietMaxMs = 60_000;
const pollMs = 50;
const noop = { CHL_OPERATIONS_MODE: 'noop' };

/** Stops at the first cycle with a problem. Leaves no server running. */
export async function runWebhookChaos(options: Options): Promise<Report> {
  const { root, seed, kills, events, errorsOfHundred, onCycle = () => {} } = options;
  fs.mkdirSync(root, { recursive: true });
  const receiver = await startWebhookReceiver(randomOf(seed, 'receiver'), errorsOfHundred);
  const load = createWebhookLoad(events, randomOf(seed, 'load'));
  const stage = { config: chaosConfig(root), receiver, load, arrived: new Map<number, number>() };
  let problems: string[] = [];
  let [killed, amid] = [0, 0];
  while (killed < kills && problems.length === 0) {
    const moment = pickMoment(randomOf(seed, `kill ${killed}`), killed === 0);
    const cycle = await runCycle(stage, moment, Math.ceil(load.left() / (kills - killed + 1)));
    killed += 1;
    if (cycle.isAmid) amid += 1;
    problems = cycle.problems;
    onCycle(killed, `killed at ${JSON.stringify(moment)}, ${load.left()} events to come`);
  }
  if (problems.length === 0) problems = await runToQuiet(stage);
  receiver.close();
  const all = [...receiver.receipts.values()];
  const requests = all.reduce((sum, each) => sum + each.requests, 0);
  const taken = all.reduce((sum, each) => sum + each.taken, 0);
  const errors = all.reduce((sum, each) => sum + each.errors, 0);
  const counts = { requests, errors, duplicates: taken - all.length };
  return { events: all.length, kills: killed, amid, ...counts, problems };
}

const randomOf = (seed: number, what: string): Random =>
  createRandom(createHash('sha256').update(`${seed} ${what}`).digest().readUInt32LE());

/** The first server makes the webhook, so it lives until then. */
function pickMoment(random: Random, isFirst: boolean): Moment {
  const dice = random(4);
  if (dice === 0 && !isFirst) return { startMs: random(startMaxMs) };
  if (dice === 1) return { lifeMs: random(lifeMaxMs) };
  return { requests: 1 + random(requestsMax), isAnswered: random(2) === 0 };
}

async function runCycle(stage: Stage, moment: Moment, events: number) {
  const { config, receiver, load } = stage;
  const server = start(config);
  if ('startMs' in moment) {
    await after(moment.startMs);
    return { isAmid: false, problems: await kill(server) };
  }
  const url = await server.ready;
  if (url === null) return { isAmid: false, problems: ['the server did not start again'] };
  if (!receiver.hasSecret()) receiver.useSecret(await addWebhook(url, receiver.url));
  const problems = look(stage);
  let isOver = false;
  const loaded = load.run(url, events, () => isOver);
  const isAmid = await killAt(moment, server, receiver, loaded);
  isOver = true;
  problems.push(...(await kill(server)));
  await loaded;
  return { isAmid, problems };
}

/** Resolves at the moment; with true when the server was killed at a request. */
async function killAt(
  moment: Exclude<Moment, { startMs: number }>,
  server: ServerProcess,
  to: WebhookReceiver,
  loaded: Promise<void>,
) {
  if ('lifeMs' in moment) return after(moment.lifeMs, false);
  const { requests, isAnswered } = moment;
  const reached = new Promise<boolean>((resolve) => {
    const then = () => {
      server.signal('SIGKILL');
      resolve(true);
    };
    to.watchFor({ left: requests, isAnswered, then });
  });
  // There may be fewer requests.
  const isAmid = await Promise.race([reached, loaded.then(() => after(restMaxMs, false, { ref: false }))]);
  to.unwatch();
  return isAmid;
}

function look({ config, receiver, load, arrived }: Stage): string[] {
  const found = findDeliveryProblems(readDeliveries(config), receiver.receipts, arrived);
  return [...found, ...receiver.problems, ...load.problems];
}

/** All events are made and arrive, the API lists them, and the server stops gracefully. */
async function runToQuiet(stage: Stage): Promise<string[]> {
  const { config, receiver, load } = stage;
  const server = start(config);
  const url = await server.ready;
  if (url === null) return ['the server did not start again'];
  await load.run(url, load.left(), () => false);
  const problems = [...(await untilQuiet(stage)), ...look(stage)];
  const state = readDeliveries(config);
  problems.push(...findLostEvents(state, receiver.receipts, load.acknowledged()));
  const listed = await listDeliveries(url);
  if (listed.join() !== state.deliveries.map(({ id }) => id).join())
    problems.push(`the API lists ${listed.length} of ${state.deliveries.length} deliveries`);
  server.signal('SIGTERM');
  const { code, signal } = await server.exited;
  if (code !== 0) problems.push(`the graceful stop ended with ${signal ?? code}`);
  return problems;
}

async function untilQuiet({ config, load }: Stage): Promise<string[]> {
  const deadline = performance.now() + quietMaxMs;
  for (;;) {
    const { deliveries } = readDeliveries(config);
    const waiting = deliveries.filter(({ status }) => status !== 'delivered').length;
    const missing = load.acknowledged().length - deliveries.length;
    if (waiting === 0 && missing <= 0) return [];
    if (performance.now() > deadline) return [`${waiting} deliveries still wait, ${missing} are not queued`];
    await after(pollMs);
  }
}

const start = (config: Config): ServerProcess => startServer(config, noop, { script: 'storage-server' });

async function kill(server: ServerProcess): Promise<string[]> {
  server.signal('SIGKILL');
  const { code, signal } = await server.exited;
  return signal === 'SIGKILL' ? [] : [`the server ended by itself: ${signal ?? `exit code ${code}`}`];
}
