// Checks the restored copies of the databases: their pages, their references and rows, and that this version opens them.
import path from 'node:path';
import { type Manifest, manifestName } from '../backup-store/manifest.ts';
import { isBlank } from '../backup-store/set-repository.ts';
import { version } from '../core/config.ts';
import { prepareLibrary } from '../core/db/library.ts';
import { countMissing, isNewer } from '../core/db/migrations.ts';
import { prepareOps } from '../core/db/ops.ts';
import { type Db, openDatabase } from '../core/db/open.ts';
import { toFault } from '../core/faults.ts';
import { formatList, formatNumber, plural } from '../core/format.ts';
import { withCopy } from './copy-repository.ts';
import { Defect, Obstacle } from './drill-steps.ts';

/** Throws `Defect`, here and below. `names`: of the databases in the folder. */
export function checkIntegrity(folder: string, names: string[]) {
  for (const name of names)
    inCopy(folder, name, (file) =>
      withCopy(file, ({ findDamage, brokenReferences }) => {
        const damage = findDamage();
        if (damage !== null) {
          console.log(`SQLite's check of ${name}: ${damage}`);
          throw new Defect(name, ' is damaged: the check of SQLite finds errors, which the log has.');
        }
        const [broken, ...more] = brokenReferences();
        if (!broken) return;
        throw new Defect(
          name,
          `: row ${broken.rowid} of ${broken.table} names a row of ${broken.parent} that does not exist${more.length > 0 ? `, and so do ${formatNumber(more.length)} more` : ''}. If the database itself has the same rows, repair them there.`,
        );
      }),
    );
  return { text: `No error in ${formatList(names)}; foreign keys hold` };
}

/** Compares the rows of all tables, and the last row of the audit log, with the manifest. */
export function checkCounts(folder: string, manifest: Manifest | null) {
  if (!manifest) {
    const doubt = 'A copy before an import has no manifest, so its rows cannot be compared.';
    return { text: doubt, doubt };
  }
  const { library, ops } = manifest.counts;
  compareCounts(folder, 'library.db', library);
  compareCounts(folder, 'ops.db', ops);
  const { audit_head: head } = manifest;
  if (head) {
    const found = inCopy(folder, 'ops.db', (file) => withCopy(file, (copy) => copy.rowHash(head.id)));
    if (found !== head.hash)
      throw new Defect(
        'ops.db',
        `: row ${formatNumber(head.id)} of the audit log is not the one in the manifest.`,
      );
  }
  const of = (table: string) => library[table] ?? 0;
  const entries = [
    plural(of('categories'), 'category', 'categories'),
    plural(of('experiences'), 'experience'),
    plural(of('category_manuals'), 'manual'),
  ];
  return { text: `${entries.join(', ')}, as in the manifest` };
}

function compareCounts(folder: string, name: string, counts: Record<string, number>) {
  inCopy(folder, name, (file) =>
    withCopy(file, ({ countedTables, countRows }) => {
      const [missing, ...more] = countedTables().filter((table) => !Object.hasOwn(counts, table));
      if (missing !== undefined) {
        const others = more.length > 0 ? `, and of ${plural(more.length, 'more table')}` : '';
        throw new Defect(manifestName, ` does not count the rows of ${missing} in ${name}${others}.`);
      }
      for (const [table, expected] of Object.entries(counts)) {
        const found = countRows(table);
        if (found === expected) continue;
        const has = found === null ? 'has no table' : `has ${plural(found, 'row')} in`;
        throw new Defect(name, ` ${has} ${table}; the manifest counts ${formatNumber(expected)}.`);
      }
    }),
  );
}

const databases = {
  'library.db': { name: 'library', openHere: (file: string) => prepareLibrary(file).library },
  'ops.db': { name: 'ops', openHere: prepareOps },
} as const;

/** Opens them as the server would, with its migrations. */
export function openCopies(folder: string, names: string[]) {
  const applied = names.flatMap((name) => {
    const expected = databases[name as keyof typeof databases];
    return expected ? [inCopy(folder, name, (file) => migrate(file, name, expected))] : [];
  });
  const migrated = applied.filter(({ missing }) => missing > 0);
  if (migrated.length === 0) return { text: `${version} needs no migration` };
  const parts = migrated.map(({ name, missing }) => `${plural(missing, 'migration')} to ${name}`);
  return { text: `${version} applies ${formatList(parts)}` };
}

type Expected = { name: 'library' | 'ops'; openHere(file: string): Db };

function migrate(file: string, name: string, expected: Expected) {
  const missing = countMissingIn(file, name, expected.name);
  expected.openHere(file).close();
  return { name, missing };
}

function countMissingIn(file: string, name: string, kind: Expected['name']): number {
  const db = openDatabase(file, { busyMs: 0 });
  try {
    // It would be taken for a new database.
    if (isBlank(db)) throw new Defect(name, ' has no tables.');
    if (!isNewer(db, kind)) return countMissing(db, kind);
  } finally {
    db.close();
  }
  throw new Obstacle(`A newer version of CHL Operations has made it; ${version} cannot open its ${name}.`);
}

/** Names the file of the backup in place of its copy in the errors of `work`. */
function inCopy<T>(folder: string, name: string, work: (file: string) => T): T {
  const file = path.join(folder, name);
  try {
    return work(file);
  } catch (error) {
    if (error instanceof Defect || error instanceof Obstacle) throw error;
    const fault = toFault(error);
    if (!fault) throw error;
    if (fault.details?.code === 'disk_full') throw new Obstacle('The disk of the data folder is full.');
    const sentence = fault.message.replaceAll(file, name);
    throw new Defect(name, sentence.startsWith(name) ? sentence.slice(name.length) : `: ${sentence}`);
  }
}
