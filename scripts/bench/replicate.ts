// Writes a sheet of any size with the shape of another: its rows again and again, each with an id and a title of its own.
import fs from 'node:fs';
import path from 'node:path';
import { formatRecord, parseCsv } from '../../src/csv/csv.ts';
import { type Tab, tabs } from '../../src/sheets/tabs.ts';

/** `entries`: experiences and manuals together, in the proportion of the sheet in `source`; its categories stay as they are. */
export function replicateSheet(source: string, folder: string, entries: number) {
  fs.mkdirSync(folder, { recursive: true });
  const read = tabs.map((tab) => readRows(source, tab));
  const total = read.reduce((sum, { tab, rows }) => sum + (tab.kind === 'category' ? 0 : rows.length), 0);
  for (const { tab, header, rows } of read) {
    const size = tab.kind === 'category' ? rows.length : Math.round((rows.length * entries) / total);
    writeRows(path.join(folder, tab.file), header, rows, size);
  }
}

function readRows(source: string, tab: Tab) {
  const [header = [], ...rows] = parseCsv(fs.readFileSync(path.join(source, tab.file)), ',').records;
  return { tab, header, rows };
}

const linesAtOnce = 1000;

function writeRows(file: string, header: string[], rows: string[][], size: number) {
  const [idAt, titleAt] = [header.indexOf('id'), header.indexOf('title')];
  const fd = fs.openSync(file, 'w');
  try {
    let lines = [formatRecord(header)];
    for (let number = 0; number < size; number++) {
      const row = rows[number % rows.length] ?? [];
      const turn = Math.floor(number / rows.length);
      lines.push(formatRecord(turn === 0 ? row : row.map(varied(turn, idAt, titleAt))));
      if (lines.length < linesAtOnce && number < size - 1) continue;
      fs.writeSync(fd, lines.join(''));
      lines = [];
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** A title has at most 120 characters. */
function varied(turn: number, idAt: number, titleAt: number) {
  return (cell: string, at: number) => {
    if (at === idAt) return `${cell}-${turn}`;
    return at === titleAt ? `${cell.slice(0, 110)} ${turn}` : cell;
  };
}
