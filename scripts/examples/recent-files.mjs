#!/usr/bin/env node
// Lists the sheets and backups changed since a day.
//
// Arguments come as one JSON object on stdin. Messages go to descriptor 3, one JSON object a line; a write stream waits while
// the server reads slowly. By hand: echo '{"since": "2026-01-01"}' | ./recent-files.mjs 3>&1
import fs from 'node:fs';
import path from 'node:path';

const { since = '1970-01-01' } = JSON.parse(fs.readFileSync(0, 'utf8'));
const messages = fs.createWriteStream('', { fd: 3 });
const send = (message) => messages.write(`${JSON.stringify(message)}\n`);

const files = ['sheets', 'backups'].flatMap((folder) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name)),
);

let recent = 0;
for (const [at, file] of files.entries()) {
  const changed = fs.statSync(file).mtime.toISOString();
  if (changed >= since) {
    recent += 1;
    send({ type: 'row', ref: file, outcome: 'changed', message: changed });
  }
  send({ type: 'progress', done: at + 1, total: files.length, phase: 'scan' });
}

console.log(`${recent} of ${files.length} files have changed since ${since}`);
send({ type: 'result', data: { files: files.length, recent } });
messages.end();
