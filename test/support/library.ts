// Creates data roots with a library, and sheets to import. Rows are objects; a test sets only the fields that matter.
import fs from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Test } from 'tap';
import { type Config, readConfig } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import type { Db } from '../../src/core/db/open.ts';
import { formatRecord } from '../../src/csv/csv.ts';
import { type Tab, tabs, tabsNamed } from '../../src/sheets/tabs.ts';
import type { TabNames } from '../../src/core/sheet-source.ts';
import { writeWorkbook } from '../../src/sheets/xlsx/write.ts';
import { makeFolder } from './folder.ts';

type Row = Record<string, string | number | null>;
export type Sheet = { categories: Row[]; experiences: Row[]; manuals: Row[] };
export type Root = { config: Config; db: Db };

export type Scope = Pick<Test, 'teardown'>;

const time = '2026-01-02T03:04:05.000Z';

/** A data root with an empty library; `db` is closed when the test ends. */
export function makeRoot(t: Scope): Root {
  return openRoot(t, { CHL_EXPERIENCE_ROOT: makeFolder(t) });
}

/** A data root with another environment. */
export function openRoot(t: Scope, environment: Record<string, string>): Root {
  const config = readConfig(environment, '/');
  const db = prepareLibrary(config.databasePath).library;
  t.teardown(() => db.close());
  return { config, db };
}

export function category(row: Row = {}): Row {
  return { code: 'GIT', name: `Name of ${row.code ?? 'GIT'}`, description: '', created_at: time, ...row };
}

export function experience(row: Row = {}): Row {
  return {
    id: 'EXP-1',
    category_code: 'GIT',
    section: 'useful',
    title: 'Commit one change at a time',
    playbook: 'Stage in parts.',
    context: '',
    ...entry,
    ...row,
  };
}

export function manual(row: Row = {}): Row {
  return {
    id: 'MNL-1',
    category_code: 'GIT',
    title: 'How we branch',
    content: 'Short branches.',
    summary: '',
    ...entry,
    ...row,
  };
}

const entry = {
  source: 'global',
  sync_status: 'synced',
  author: '',
  embedding_status: 'pending',
  created_at: time,
  updated_at: time,
  synced_at: '',
  exported_at: '',
};

/** One category, one experience and one manual by default. */
export function sheet(parts: Partial<Sheet> = {}): Sheet {
  return { categories: [category()], experiences: [experience()], manuals: [manual()], ...parts };
}

/** Its CSV files by name. */
export function filesOf(content: Sheet): Record<string, string> {
  return Object.fromEntries(tabs.map((tab) => [tab.file, cellsOf(content, tab).map(formatRecord).join('')]));
}

/** The sheet as a workbook, with tabs of these names. */
export async function workbookOf(content: Sheet, names: TabNames | null = null): Promise<Buffer> {
  const rows = (tab: Tab) => [
    tab.headers,
    ...rowsOf(content, tab).map((row) => tab.headers.map((header) => String(row[header] ?? ''))),
  ];
  const written = tabsNamed(names).map((tab) => {
    return { name: tab.title, widths: tab.headers.map(() => 20), rows: rows(tab) };
  });
  return buffer(await writeWorkbook(written, new Date(time)));
}

/** Writes the sheet to a folder, by default the published one; returns the folder. */
export function writeSheet(
  { config }: Pick<Root, 'config'>,
  content: Sheet,
  place = 'sheets/published',
): string {
  const folder = path.resolve(config.root, place);
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(filesOf(content)))
    fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

/** The header and the rows of the tab; headers are the rows' keys. */
export function cellsOf(content: Sheet, tab: Tab): string[][] {
  const rows = rowsOf(content, tab);
  const headers = rows[0] ? Object.keys(rows[0]) : tab.headers;
  return [headers, ...rows.map((row) => headers.map((header) => String(row[header] ?? '')))];
}

function rowsOf(content: Sheet, tab: Tab): Row[] {
  if (tab.kind === 'category') return content.categories;
  return tab.kind === 'experience' ? content.experiences : content.manuals;
}

/** All tables of the library that an import writes. */
export function contentOf({ db }: Root) {
  return [
    'categories',
    'experiences',
    'category_manuals',
    'embeddings',
    'ops_library_state',
    'ops_applied',
    'ops_origin',
  ].map((table) => db.prepare(`SELECT * FROM ${table}`).all());
}
