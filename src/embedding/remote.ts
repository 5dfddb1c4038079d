// Remote workers as a model: a batch is split among them, each part is a job of the queue, and the answers are its vectors.
import { coalesce } from '../core/coalesce.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { type Embedder, EmbeddingOutage, type Model, ModelChange } from './embedder.ts';
import { labelOf, queueOutage } from './queue-address.ts';
import { openRemoteJobs, type RemoteJobs } from './remote-jobs.ts';
import { type Answer, decodeVectors } from './remote-protocol.ts';

export type RemoteOptions = {
  /** The limit of one part of a batch, from the queue to its vectors. */
  timeoutMs?: number;
  /** How long a batch waits for a first remote worker. */
  hostMs?: number;
};

const defaults = { timeoutMs: 120_000, hostMs: 3000 };
/** A job with fewer texts is not worth its way. */
const minTexts = 8;
const probeText = 'probe';

/** `model`: the one that the settings name; a remote worker of another one refuses. `version`: of the built-in embedder. */
type Base = Pick<Model, 'name' | 'isLexical' | 'dimension'> & { version: string | null };
type Given = {
  base: Base;
  address: string;
  countUsage: CountUsage;
  /** Connects anew after the end of a connection. */
  connect: () => Promise<RemoteJobs>;
} & Required<RemoteOptions>;

export function createRemoteModel(
  base: Base,
  address: string,
  countUsage: CountUsage,
  options: RemoteOptions = {},
): Model {
  let jobs: RemoteJobs | null = null;
  let opened: Embedder | null = null;
  const connect = coalesce(async () => {
    if (!jobs?.isOpen()) jobs = await openRemoteJobs(address);
    return jobs;
  });
  const given = { base, address, countUsage, connect, ...defaults, ...options };
  return {
    name: base.name,
    isLexical: base.isLexical,
    label: `${base.name} on remote workers at ${labelOf(address)}`,
    get dimension() {
      return opened?.dimension ?? base.dimension;
    },
    async open() {
      opened ??= await openEmbedder(given, () => {
        opened = null;
      });
      return opened;
    },
  };
}

async function openEmbedder(given: Given, onOtherModel: () => void): Promise<Embedder> {
  const { base, address } = given;
  const { dimension, version } = await measure(given);
  return {
    name: base.name,
    version,
    dimension,
    isLexical: base.isLexical,
    probe,
    async embed(texts) {
      const hosts = await (await given.connect()).someHosts(given.hostMs);
      const parts = split(texts, hosts.length);
      // Each part is settled, so that its tokens are counted and no job is left.
      const settled = await Promise.allSettled(parts.map((part) => ask(given, part)));
      const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
      const failure = failures.find((one) => one instanceof EmbeddingOutage) ?? failures[0];
      if (failure) throw isOfOneText(failure) && texts.length > 1 ? new Error(failure.message) : failure;
      const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const odd = answers.find((one) => one.dimension !== dimension);
      if (!odd) return answers.flatMap(({ vectors }) => vectors);
      await probe();
      throw queueOutage(
        address,
        `${odd.host} returns ${odd.dimension} numbers, others ${dimension}`,
        'Give all remote workers the same model.',
      );
    },
  };

  async function probe() {
    const current = await measure(given);
    if (current.dimension === dimension) return;
    onOtherModel();
    throw new ModelChange(
      `${base.name} now returns ${current.dimension} numbers, not ${dimension}, so everything must be embedded again.`,
    );
  }
}

/** Throws `EmbeddingOutage`. */
async function measure(given: Given) {
  await (await given.connect()).someHosts(given.hostMs);
  return ask(given, [probeText], true).catch((error: Error) => {
    if (error instanceof EmbeddingOutage) throw error;
    // Each model can embed this text.
    throw queueOutage(given.address, error.message, 'Read the log of the remote worker.');
  });
}

/** Throws `EmbeddingOutage`; any other error is the fault of one of the texts. */
async function ask(
  { base, address, countUsage, connect, timeoutMs }: Given,
  texts: string[],
  isFirst = texts.length === 1,
) {
  const { name: model, version } = base;
  const jobs = await connect();
  const answer = await jobs.ask({ model, version, texts }, timeoutMs, isFirst);
  for (const { item, quantity, isEstimate } of answer.usage) countUsage(item, quantity, isEstimate);
  if (answer.kind === 'fault') throw new Error(answer.fault);
  if (answer.kind === 'outage') throw toOutage(answer);
  const vectors = decodeVectors(answer.vectors, answer.dimension, texts.length);
  if (vectors) return { ...answer, vectors };
  throw queueOutage(address, `${answer.host} did not return a vector for each text`, 'Update it.');
}

function toOutage({ outage, host }: Extract<Answer, { kind: 'outage' }>): EmbeddingOutage {
  const { message, ...facts } = outage;
  return new EmbeddingOutage(`Remote worker ${host}: ${message}`, facts);
}

/** The remote worker had this text alone; the batch here may have more. */
function isOfOneText(error: Error): boolean {
  return error instanceof EmbeddingOutage && error.reason === 'text';
}

/** Splits into one part for each remote worker, all of about the same size. */
function split(texts: string[], hosts: number): string[][] {
  const size = Math.max(minTexts, Math.ceil(texts.length / hosts));
  const parts: string[][] = [];
  for (let at = 0; at < texts.length; at += size) parts.push(texts.slice(at, at + size));
  return parts;
}
