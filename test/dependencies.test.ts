// Minimum versions of dependencies with known vulnerabilities, and the rules for package.json and its lock.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/core/config.ts';

const read = (file: string) => JSON.parse(fs.readFileSync(path.join(packageRoot, file), 'utf8'));
const manifest = read('package.json');
const lock = read('package-lock.json');

const minVersions = {
  fastify: '5.12.1',
  '@fastify/multipart': '10.1.9',
  '@fastify/busboy': '3.2.6',
  '@fastify/static': '10.1.1',
};

t.test('no installed version is below its minimum', async (t) => {
  for (const [name, minVersion] of Object.entries(minVersions)) {
    const versions = Object.entries(lock.packages as Record<string, { version?: string }>)
      .filter(([file]) => file.endsWith(`node_modules/${name}`))
      .map(([, { version = '0' }]) => version);
    t.ok(versions.length > 0, name);
    for (const version of versions) t.ok(compare(version, minVersion) >= 0, `${name} ${version}`);
  }
});

t.test('every version is exact, and the lock names no registry', async (t) => {
  const { dependencies, optionalDependencies, devDependencies } = manifest;
  for (const [name, version] of Object.entries({
    ...dependencies,
    ...optionalDependencies,
    ...devDependencies,
  })) {
    t.match(version, /^(npm:[a-z0-9-]+@)?\d+\.\d+\.\d+$/, name);
  }
  t.notMatch(JSON.stringify(lock), /"resolved"/);
});

function compare(one: string, other: string): number {
  const parts = (version: string) => version.split('.').map(Number);
  const [a, b] = [parts(one), parts(other)];
  return [0, 1, 2].map((at) => (a[at] ?? 0) - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
