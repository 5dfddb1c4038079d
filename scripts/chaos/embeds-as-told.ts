// A worker process with a fast heartbeat. It embeds as the file `embedder.json` of its data root says: slowly, failing or
// hanging on certain titles, or never answering.
import fs from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { loadConfig } from '../../src/core/config.ts';
import { type Embedder, EmbeddingOutage } from '../../src/embedding/embedder.ts';
import { runWorkerProcess } from '../../src/workers/process.ts';
import { workerTimes } from '../../src/workers/worker.ts';
import { type Told, toldFile, toldModel } from './told.ts';

const quick = {
  beatMs: 100,
  reportMs: 20,
  pollMs: 15,
  leaseMs: 1000,
  batchMs: 60,
  batchMax: 20,
  outageMinMs: 20,
  outageMaxMs: 50,
};

const config = loadConfig();
const told = (): Told => JSON.parse(fs.readFileSync(toldFile(config.root), 'utf8'));
if (told().crashes) throw new Error('it was told to crash');
while (told().isMute);

const model: Embedder = {
  ...toldModel,
  isLexical: true,
  async probe() {
    if (told().isDown) throw new EmbeddingOutage('connect ECONNREFUSED 127.0.0.1:11434');
  },
  async embed(texts) {
    const { msPerEntry, refuses, hangs, spins, isDown, isChanged } = told();
    const finds = (words: string | undefined) =>
      texts.find((text) => words !== undefined && text.includes(words));
    if (isDown) throw new EmbeddingOutage('connect ECONNREFUSED 127.0.0.1:11434');
    await after(msPerEntry * texts.length);
    while (told().isHeld) await after(quick.pollMs);
    if (finds(hangs) !== undefined) await new Promise(() => {});
    while (finds(spins) !== undefined);
    const bad = finds(refuses);
    if (bad !== undefined) throw new Error(`The text ${JSON.stringify(bad)} cannot be embedded.`);
    const turn = isChanged ? 1 : 0;
    return texts.map((text) => new Float32Array(8).map((_, at) => (at === (text.length + turn) % 8 ? 1 : 0)));
  },
};

await runWorkerProcess(config, async () => ({ ...model, label: model.name, open: async () => model }), {
  ...workerTimes,
  ...quick,
  ...told().pace,
});
process.exit(0);
