// Files that are refused as key files.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { judgeKey } from '../../src/credentials/key-content.ts';
import { readKeyFile } from '../../src/credentials/key-file.ts';
import { makeFolder } from '../support/folder.ts';

t.test('a file that says it is empty and has no end is read up to the limit of keys', async (t) => {
  const file = `/proc/${process.pid}/pagemap`;
  // The kernel may refuse a read of this length.
  t.match(readKeyFile('api_key', file), { problem: { message: /is larger than 512 KiB|cannot be read/ } });
});

t.test('a key that ends at the limit is read whole', async (t) => {
  const file = path.join(makeFolder(t), 'key');
  fs.writeFileSync(file, `sk-key${'\n'.repeat(512 * 1024 - 6)}`, { mode: 0o600 });
  t.match(readKeyFile('api_key', file), { path: file, email: null });
});

t.test('a service account has at most 16 KiB', async (t) => {
  const padded = JSON.stringify({ type: 'service_account', padding: 'x'.repeat(16 * 1024) });
  t.match(judgeKey('service_account', Buffer.from(padded)), {
    problem: /^is larger than 16 KiB, .*Download a JSON key/,
  });
});
