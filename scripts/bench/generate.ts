// Generates a sheet with the size and shape of a busy team's library; the same bytes on every machine.
import fs from 'node:fs';
import path from 'node:path';
import { formatRecord } from '../../src/csv/csv.ts';
import { tabs } from '../../src/sheets/tabs.ts';
import { createRandom, type Random } from '../random.ts';

const sizes = { category: 76, experience: 32_136, manual: 7_425 } as const;
const time = '2026-01-02T03:04:05Z';
const words =
  'list show remove create a the file folder branch commit remote with without every given all port host name path ' +
  'recursively verbosely output input format status service build test deploy log follow matching pattern';

/** Writes about 14 MB of CSV to `folder`. */
export function generateSheet(folder: string) {
  fs.mkdirSync(folder, { recursive: true });
  const random = createRandom(7);
  for (const tab of tabs) {
    const rows = Array.from({ length: sizes[tab.kind] }, (_, number) => rowOf(tab.kind, number, random));
    const lines = rows.map((row) => formatRecord(tab.headers.map((header) => row[header] ?? '')));
    fs.writeFileSync(path.join(folder, tab.file), formatRecord(tab.headers) + lines.join(''));
  }
}

function rowOf(kind: keyof typeof sizes, number: number, random: Random): Record<string, string> {
  if (kind === 'category') {
    const code = codeOf(number);
    return { code, name: `Category ${code}`, description: text(random, 40), created_at: time };
  }
  const entry = {
    category_code: codeOf(random(2) === 0 ? 0 : random(sizes.category)),
    source: 'global',
    sync_status: 'synced',
    author: 'bench',
    embedding_status: 'pending',
    created_at: time,
    updated_at: time,
    synced_at: time,
  };
  if (kind === 'experience') {
    const title = text(random, 20 + random(54));
    const playbook = `run {{${text(random, 10 + random(50))}}}`;
    const section = random(10) === 0 ? 'harmful' : 'useful';
    return {
      ...entry,
      id: `EXP-${number.toString().padStart(18, '0')}`,
      section,
      title,
      playbook,
      context: text(random, 18),
    };
  }
  const lines = Array.from({ length: 4 + random(16) }, () => `- ${text(random, 40)}: "${text(random, 12)}"`);
  const id = `MNL-${number.toString().padStart(16, '0')}`;
  return { ...entry, id, title: text(random, 9), content: lines.join('\n'), summary: text(random, 130) };
}

/** AAA, AAB, … */
function codeOf(number: number): string {
  return [676, 26, 1].map((unit) => String.fromCharCode(65 + (Math.floor(number / unit) % 26))).join('');
}

/** About `length` characters. */
function text(random: Random, length: number): string {
  const all = words.split(' ');
  let line = all[random(all.length)] ?? '';
  while (line.length < length) line += ` ${all[random(all.length)]}`;
  return random(200) === 0 ? `${line} — naïve` : line;
}
