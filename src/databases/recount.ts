// The work of the operation `recount`, in a process of its own: compares each counter with its rows, and corrects those that
// differ. A database whose counters are right is only read.
import { openDatabase, scriptBusyMs } from '../core/db/open.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { type Counters, libraryCounters, opsCounters } from './counter-repository.ts';
import { lastingNames, fileOf } from './database.ts';

/** More rows would say nothing new; all are corrected. */
const listedMax = 1000;

const countersOf = { library: libraryCounters, ops: opsCounters };

export function recount({ config, progress, row, assertFence }: ScriptContext): Record<string, unknown> {
  let counters = 0;
  let corrected = 0;
  let drift = 0;
  for (const [at, name] of lastingNames.entries()) {
    progress(at, lastingNames.length, 'compare', name);
    const db = openDatabase(fileOf(config, name), { busyMs: scriptBusyMs });
    try {
      const found = correct(countersOf[name](db), assertFence);
      for (const one of found.drifted.slice(0, listedMax))
        row(one.name, 'corrected', `It said ${one.stored}; there are ${one.counted}.`);
      counters += found.counters;
      corrected += found.drifted.length;
      drift += found.drifted.reduce((sum, { stored, counted }) => sum + Math.abs(stored - counted), 0);
    } finally {
      db.close();
    }
  }
  progress(lastingNames.length, lastingNames.length, 'compare');
  return { counters, corrected, drift };
}

function correct(counters: Counters, assertFence: () => void) {
  const found = counters.compare();
  if (found.drifted.length > 0) counters.correct(found.drifted, assertFence);
  return found;
}
