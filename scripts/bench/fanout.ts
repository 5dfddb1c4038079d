// P4: a card of 10 KB to 100, 1,000 and 5,000 streams: processor time of a frame, compared with bare node:http that writes
// one shared Buffer.
import { processorSec, startTalker } from './process.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const fanoutWorkload: Workload = {
  name: 'fanout',
  title: 'P4, a card of 10 KB to 100, 1,000 and 5,000 streams',
  run,
};

const turns = 3;
const framesEach = 100_000;
type Kind = 'ours' | 'bare';

async function run(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const streams of [100, 1000, 5000]) {
    const costs: Record<Kind, number[]> = { ours: [], bare: [] };
    for (let turn = 0; turn < turns; turn += 1) {
      for (const kind of ['ours', 'bare'] as const) costs[kind].push(await measure(kind, streams));
    }
    const [ours, bare] = [median(costs.ours), median(costs.bare)];
    figures.push({
      workload: `a frame, ${streams} streams`,
      ours: `${(ours * 1e6).toFixed(1)} µs`,
      reference: `${(bare * 1e6).toFixed(1)} µs`,
      ratio: ours / bare,
      target: '≤ 1.15',
      isMet: ours <= bare * 1.15,
    });
  }
  return figures;
}

/** The server's processor seconds for each frame of each stream. */
async function measure(kind: Kind, streams: number): Promise<number> {
  const server = startTalker('fanout-server.js', [kind]);
  const { address } = await server.next();
  const readers = startTalker('readers.js', [address, String(streams)]);
  await readers.next();
  const broadcasts = Math.ceil(framesEach / streams);
  await server.ask({ broadcasts: Math.ceil(broadcasts / 10) });
  const before = processorSec(server.pid);
  await server.ask({ broadcasts });
  const spent = processorSec(server.pid) - before;
  readers.end();
  server.end();
  return spent / (broadcasts * streams);
}
