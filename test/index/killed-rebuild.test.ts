import '../support/plain-children.ts';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { readPointer, tidyGenerations } from '../../src/index/generation.ts';
import { loadGeneration } from '../../src/index/loaded.ts';
import { openWords } from '../../src/index/words.ts';
import { addExperience, createLibrary } from '../support/entries.ts';
import { rebuild } from '../support/index-of.ts';
import { makeFolder } from '../support/folder.ts';

const child = path.join(packageRoot, 'dist/test/support/children/rebuilds-until-killed.js');

/** Returns whether the rebuild was killed. */
function rebuildUntilKilled(root: string, killAt: number): Promise<boolean> {
  return new Promise((resolve) => {
    const rebuilding = spawn(process.execPath, [child, root, String(killAt)], { stdio: 'ignore' });
    rebuilding.once('exit', (_code, signal) => resolve(signal === 'SIGKILL'));
  });
}

t.test('a rebuild killed at any change of a file leaves the old index or the new one, whole', async (t) => {
  const folder = makeFolder(t);
  const original = path.join(folder, 'original');
  const { config, library } = createLibrary(original);
  addExperience(library, 'E1');
  await rebuild(config, library);
  await rebuild(config, library);
  addExperience(library, 'E2');
  library.close();
  const old = readPointer(config.indexFolder);

  const vectorsAfter: number[] = [];
  const tryStep = async (killAt: number) => {
    const root = path.join(folder, `killed-${killAt}`);
    const indexFolder = config.indexFolder.replace(original, root);
    fs.cpSync(original, root, { recursive: true });
    const isKilled = await rebuildUntilKilled(root, killAt);
    const pointer = readPointer(indexFolder);
    if (!pointer) throw new Error(`Killed at ${killAt}, it left no pointer.`);
    const { meta } = loadGeneration(indexFolder, pointer.current, builtIn);
    vectorsAfter[killAt] = meta.count;
    const words = openWords(path.join(indexFolder, pointer.current), meta.sha256);
    t.equal(
      words.words?.count(),
      vectorsAfter[killAt],
      `killed at ${killAt}: ${words.problem ?? 'its words'}`,
    );
    words.words?.close();
    if (vectorsAfter[killAt] === 1) t.same(pointer, old, `killed at ${killAt}: the old pair`);
    else t.equal(pointer.previous, old?.current, `killed at ${killAt}: the new one, and the old before it`);
    tidyGenerations(indexFolder);
    const left = fs.readdirSync(indexFolder).sort();
    t.same(left, ['current', pointer.current, pointer.previous].sort(), 'the next start clears the rest');
    return isKilled;
  };

  const atOnce = 4;
  for (let first = 1, isAnyKilled = true; isAnyKilled; first += atOnce) {
    const steps = Array.from({ length: atOnce }, (_, i) => tryStep(first + i));
    isAnyKilled = (await Promise.all(steps)).some((isKilled) => isKilled);
  }
  const seen = vectorsAfter.slice(1);
  t.ok(seen.length > 12, `${seen.length} steps`);
  t.same(seen, seen.toSorted(), 'once the switch is made it stays made');
  t.equal(seen.at(0), 1);
  t.equal(seen.at(-1), 2);
});
