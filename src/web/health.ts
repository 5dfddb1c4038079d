// Whether this server can do its work now: each part is looked at, none is assumed.
import fs from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { version } from '../core/config.ts';
import { lowDiskBytes } from '../core/disk-reserve.ts';
import { bytes, count, plural } from '../core/format.ts';
import type { Services } from './services.ts';
import type { Stream } from './stream/stream.ts';
import { anyObjectSchema } from './bodies.ts';

type Status = 'healthy' | 'degraded' | 'unhealthy';
type Component = { status: Status; detail: string };

export function registerHealth(app: FastifyInstance, services: Services, stream: Stream) {
  const answer = {
    summary: 'Whether this server can do its work now.',
    response: { 200: anyObjectSchema, 503: anyObjectSchema },
  };
  app.get('/health', { schema: answer }, async (_request, reply) => {
    const components: Record<string, Component> = {
      database: checkDatabase(services),
      index: checkIndex(services),
      workers: checkWorkers(services),
      runner: { status: 'healthy', detail: `${plural(services.runner.runningCount(), 'job')} running` },
      stream: checkStream(services, stream),
      disk: await checkDisk(services),
    };
    const status = worst(Object.values(components));
    reply.code(status === 'unhealthy' ? 503 : 200);
    return {
      status,
      mode: services.config.mode,
      version,
      components,
      timestamp: services.now().toISOString(),
    };
  });
}

function checkDatabase({ counts, repository }: Services): Component {
  try {
    repository.newest(1);
    return { status: 'healthy', detail: `${count(counts.totals().entries)} entries` };
  } catch (error) {
    return { status: 'unhealthy', detail: (error as Error).message };
  }
}

function checkIndex({ liveIndex }: Services): Component {
  const { state, vectors, entries, fresh, problem } = liveIndex.truth();
  if (state === 'ready') return { status: 'healthy', detail: `${count(vectors)} vectors` };
  if (state === 'broken') return { status: 'degraded', detail: problem ?? 'The index files cannot be used.' };
  if (entries === 0) return { status: 'healthy', detail: 'The library is empty.' };
  return {
    status: 'degraded',
    detail: `${count(entries - fresh)} of ${count(entries)} entries are not in the index.`,
  };
}

function checkWorkers({ config, counts, workers, pool }: Services): Component {
  const [problem] = pool.problems();
  if (problem) return { status: 'degraded', detail: `${problem.name}: ${problem.message}` };
  const all = workers.view().workers;
  const lost = all.filter(({ view }) => view === 'lost' || view === 'stalled');
  if (lost.length > 0) {
    return { status: 'degraded', detail: lost.map(({ name, view }) => `${name} is ${view}`).join(', ') };
  }
  const { total } = counts.queue().pending;
  if (all.length > 0) return { status: 'healthy', detail: plural(all.length, 'worker') };
  if (config.mode === 'noop') return { status: 'healthy', detail: 'Noop mode: none runs.' };
  const detail = `No worker is running; ${plural(total, 'entry waits', 'entries wait')}.`;
  return { status: total > 0 ? 'degraded' : 'healthy', detail };
}

function checkStream({ config, descriptors }: Services, stream: Stream): Component {
  const clients = plural(stream.clientCount(), 'client');
  if (!descriptors.hasRoomFor('stream')) {
    return { status: 'degraded', detail: `${clients}; too many files are open for another one` };
  }
  if (stream.clientCount() < config.maxStreams) return { status: 'healthy', detail: clients };
  return { status: 'degraded', detail: `${clients}, which is the limit; further pages are not live.` };
}

async function checkDisk({ config }: Services): Promise<Component> {
  const { bavail, bsize } = await fs.promises.statfs(config.root);
  const free = bavail * bsize;
  return { status: free < lowDiskBytes ? 'degraded' : 'healthy', detail: `${bytes(free)} free` };
}

function worst(components: Component[]): Status {
  const order: Status[] = ['unhealthy', 'degraded', 'healthy'];
  return order.find((status) => components.some((component) => component.status === status)) ?? 'healthy';
}
