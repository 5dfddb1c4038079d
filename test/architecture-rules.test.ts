// Breaks each rule of the architecture once, in a separate tree, and expects the rule to be reported.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { findViolations, withoutExceptions } from './support/architecture.ts';
import { makeFolder } from './support/folder.ts';

type Files = Record<string, string>;

const clean: Files = {
  'src/main.ts': "const { serve } = await import('./serve.ts');\nserve();\n",
  'src/serve.ts': "import { app } from './app.ts';\nexport const serve = () => app;\n",
  'src/app.ts':
    "import type { FastifyInstance } from 'fastify';\nimport { features } from './features.ts';\n" +
    'export const app: [FastifyInstance?, ...unknown[]] = [undefined, features];\n',
  'src/features.ts':
    "import { jobs } from './jobs/feature.ts';\nimport { workers } from './workers/feature.ts';\n" +
    "import { search } from './search/feature.ts';\nexport const features = [jobs, workers, search];\n",
  'src/search/feature.ts': 'export const search = {};\n',
  'src/core/bus.ts': "export type BusEvents = { job: []; 'cancel-requested': [] };\n",
  'src/core/config.ts': 'export const environment = process.env;\n',
  'src/core/db/open.ts': "export const open = (db: any) => db.exec('PRAGMA foreign_keys = ON');\n",
  'src/web/server.ts':
    "import fastify from 'fastify';\nexport const statuses = { busy: 503, missing: 404 };\n",
  'src/jobs/feature.ts':
    "import type { FastifyInstance } from 'fastify';\nimport { page } from './web/pages.ts';\n" +
    'export const jobs = { page };\n',
  'src/jobs/job.ts':
    "import type { BusEvents } from '../core/bus.ts';\nexport const emitJob = (bus: any) => bus.emit('job');\n" +
    "export const cancel = (bus: any) => bus.emit('cancel-requested');\n",
  'src/jobs/repository.ts': "export const find = (db: any) => db.prepare('SELECT 1 FROM job');\n",
  'src/jobs/web/pages.ts':
    "import { emitJob } from '../job.ts';\nimport { statuses } from '../../web/server.ts';\n" +
    "export const page = { dirtyOn: ['job'], show: (reply: any) => reply.code(404) };\n",
  'src/workers/feature.ts': "import { jobs } from '../jobs/feature.ts';\nexport const workers = { jobs };\n",
  'src/workers/pool.ts':
    "import { fork } from 'node:child_process';\nexport const look = (bus: any) => bus.on('cancel-requested', fork);\n" +
    "export const thread = new URL('./search-thread.js', import.meta.url);\n",
  'src/workers/search-thread.ts': "import { emitJob } from '../jobs/job.ts';\nexport { emitJob };\n",
  'scripts/import.ts': "import { emitJob } from '../src/jobs/job.ts';\nexport { emitJob };\n",
  'scripts/bench/run.ts': "import '../../src/web/server.ts';\nimport 'node:child_process';\nprocess.env;\n",
};

const direction = (to: string) => `import type { A } from '${to}';\nexport type B = A;\n`;

const planted: { rule: string; files: Files; file: string; detail?: string }[] = [
  {
    rule: 'no cycles',
    files: {
      'src/jobs/a.ts': "export const b = () => import('./b.ts');\n",
      'src/jobs/b.ts': "export * from './a.ts';\n",
    },
    file: 'src/jobs/a.ts',
    detail: 'src/jobs/a.ts > src/jobs/b.ts > src/jobs/a.ts',
  },
  {
    rule: 'no cycles',
    files: { 'src/jobs/a.ts': direction('./b.ts'), 'src/jobs/b.ts': "export type A = import('./a.ts').B;\n" },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'no cycles between features',
    files: {
      'src/sheets/a.ts': direction('../library/a.ts'),
      'src/library/a.ts': '',
      'src/library/b.ts': direction('../sheets/b.ts'),
      'src/sheets/b.ts': '',
    },
    file: 'library',
    detail: 'library > sheets > library',
  },
  {
    rule: 'core never imports web',
    files: { 'src/core/a.ts': direction('../web/server.ts') },
    file: 'src/core/a.ts',
  },
  {
    rule: 'core never imports domain',
    files: { 'src/core/a.ts': direction('../jobs/job.ts') },
    file: 'src/core/a.ts',
  },
  {
    rule: 'format never imports domain',
    files: { 'src/zip/a.ts': direction('../jobs/job.ts') },
    file: 'src/zip/a.ts',
  },
  {
    rule: 'web never imports domain',
    files: { 'src/web/a.ts': direction('../jobs/job.ts') },
    file: 'src/web/a.ts',
  },
  {
    rule: 'web never imports feature web',
    files: { 'src/web/a.ts': "export * from '../jobs/web/pages.ts';\n" },
    file: 'src/web/a.ts',
  },
  {
    rule: 'web never imports declaration',
    files: { 'src/web/stream/a.ts': "export const a = await import('../../jobs/feature.ts');\n" },
    file: 'src/web/stream/a.ts',
  },
  {
    rule: 'domain never imports web',
    files: { 'src/jobs/a.ts': direction('../web/server.ts') },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'domain never imports feature web',
    files: { 'src/jobs/a.ts': direction('./web/pages.ts') },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'script never imports web',
    files: { 'scripts/a.ts': direction('../src/web/server.ts') },
    file: 'scripts/a.ts',
  },
  {
    rule: 'no script or thread loads web',
    files: {
      'scripts/a.ts': "export * from '../src/workers/a.ts';\n",
      'src/workers/a.ts': "export * from '../jobs/feature.ts';\n",
    },
    file: 'scripts/a.ts',
    detail: 'src/workers/a.ts > src/jobs/feature.ts > src/jobs/web/pages.ts',
  },
  {
    rule: 'no script or thread loads web',
    files: {
      'src/workers/a.ts': "new Worker(new URL('./b.js', import.meta.url));\n",
      'src/workers/b.ts': "export * from '../jobs/feature.ts';\n",
    },
    file: 'src/workers/b.ts',
  },
  {
    rule: 'no script or thread loads the validator',
    files: {
      'scripts/a.ts': "export * from '../src/jobs/a.ts';\n",
      'src/jobs/a.ts': "export * from '../core/check-arguments.ts';\n",
      'src/core/check-arguments.ts': 'export {};\n',
    },
    file: 'scripts/a.ts',
    detail: 'src/jobs/a.ts > src/core/check-arguments.ts',
  },
  {
    rule: 'the command line loads no web',
    files: { 'src/cli/a.ts': "export * from '../jobs/feature.ts';\n" },
    file: 'src/cli/a.ts',
    detail: 'src/jobs/feature.ts > src/jobs/web/pages.ts',
  },
  {
    rule: 'cli never imports features',
    files: { 'src/cli/a.ts': direction('../features.ts') },
    file: 'src/cli/a.ts',
  },
  {
    rule: "no feature imports another's web",
    files: { 'src/workers/web/a.ts': direction('../../jobs/web/pages.ts') },
    file: 'src/workers/web/a.ts',
  },
  {
    rule: 'a feature imports earlier ones only',
    files: { 'src/jobs/a.ts': direction('../search/feature.ts') },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'features.ts lists every feature',
    files: { 'src/sheets/feature.ts': 'export const sheets = {};\n' },
    file: 'src/sheets/feature.ts',
  },
  {
    rule: 'domain never imports app',
    files: { 'src/jobs/a.ts': direction('../app.ts') },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'web never imports features',
    files: { 'src/web/a.ts': direction('../features.ts') },
    file: 'src/web/a.ts',
  },
  {
    rule: 'process never imports features',
    files: { 'src/serve.ts': direction('./features.ts') },
    file: 'src/serve.ts',
  },
  { rule: 'every file has a place in ARCHITECTURE.md', files: { 'src/misc.ts': '' }, file: 'src/misc.ts' },
  {
    rule: 'only web folders know Fastify and Eta',
    files: { 'src/jobs/a.ts': "import type { FastifyReply } from 'fastify';\n" },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'only web folders know Fastify and Eta',
    files: { 'src/app.ts': "import view from '@fastify/view';\n" },
    file: 'src/app.ts',
  },
  {
    rule: 'only core/config reads process.env',
    files: { 'scripts/a.ts': 'export const { env } = process;\n' },
    file: 'scripts/a.ts',
  },
  {
    rule: 'only core/config reads process.env',
    files: { 'src/core/log.ts': "export const level = process.env['LEVEL'];\n" },
    file: 'src/core/log.ts',
  },
  {
    rule: 'only runner and workers start processes',
    files: { 'src/jobs/a.ts': "export const { spawn } = await import('node:child_process');\n" },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'only web folders name HTTP statuses',
    files: { 'src/jobs/a.ts': 'export const refuse = (reply: any) => reply.code(409);\n' },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'only web folders name HTTP statuses',
    files: { 'src/core/errors.ts': 'export const table = { locked: 409, unknown: 404 };\n' },
    file: 'src/core/errors.ts',
  },
  {
    rule: 'only web folders name HTTP statuses',
    files: { 'src/core/errors.ts': 'export class A {\n  statusCode = 500;\n}\n' },
    file: 'src/core/errors.ts',
  },
  {
    rule: 'only core/db and repositories write SQL',
    files: { 'src/jobs/a.ts': `export const sql = (id: number) => \`\n  UPDATE job SET pid = \${id}\`;\n` },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'only core/db and repositories write SQL',
    files: { 'src/jobs/a.ts': 'export const run = (db: any, sql: string) => db.prepare(sql);\n' },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'every cache is made by core/cache',
    files: {
      'src/jobs/a.ts': 'export const keep = (known: any) => {\n  if (known.size > 9) known.clear();\n};\n',
    },
    file: 'src/jobs/a.ts',
  },
  {
    rule: 'every event is emitted',
    files: {
      'src/core/bus.ts': "export type BusEvents = { job: []; 'cancel-requested': []; rows: [] };\n",
      'src/jobs/web/rows.ts': "export const rows = { dirtyOn: ['rows'] };\n",
    },
    file: 'src/core/bus.ts',
    detail: 'rows',
  },
  {
    rule: 'every event has a listener',
    files: {
      'src/core/bus.ts': "export type BusEvents = { job: []; 'cancel-requested': []; rows: [] };\n",
      'src/jobs/rows.ts': "export const rows = (bus: any) => bus.emit('rows');\n",
    },
    file: 'src/core/bus.ts',
    detail: 'rows',
  },
  {
    rule: 'no file has over 300 lines',
    files: { 'scripts/a.mjs': '// more\n'.repeat(301) },
    file: 'scripts/a.mjs',
    detail: '301 lines',
  },
  {
    rule: 'no function has over 59 lines',
    files: {
      'src/jobs/a.ts': `export function createA() {\n  return {\n    b() {\n${'      work();\n\n'.repeat(54)}    },\n  };\n}\n`,
    },
    file: 'src/jobs/a.ts',
    detail: 'createA: 60 lines',
  },
  {
    rule: 'no comment is wider than 132 columns',
    files: { 'src/jobs/a.ts': `/** ${'a'.repeat(125)}\n *  ${'a'.repeat(130)} */\nexport {};\n` },
    file: 'src/jobs/a.ts',
    detail: 'line 2: 137 columns',
  },
  {
    rule: 'no folder has over 4500 lines',
    files: Object.fromEntries(
      Array.from({ length: 16 }, (_, at) => [`src/jobs/a${at}.ts`, '// more\n'.repeat(at === 0 ? 1 : 300)]),
    ),
    file: 'src/jobs',
  },
  {
    rule: 'no folder has over 4500 lines',
    files: Object.fromEntries(
      Array.from({ length: 16 }, (_, at) => [
        `src/core/settings/a${at}.ts`,
        '// more\n'.repeat(at === 0 ? 1 : 300),
      ]),
    ),
    file: 'src/core/settings',
    detail: '4501 lines',
  },
  {
    rule: 'core with its folders never has over 5900 lines',
    files: {
      ...Object.fromEntries(
        Array.from({ length: 50 }, (_, at) => [
          `src/core/${['db', 'settings'][at % 2]}/a${at}.ts`,
          '// more\n'.repeat(at < 25 ? 300 : 1),
        ]),
      ),
      'src/core/db/more-schema.ts': '// more\n'.repeat(300),
      'src/core/settings/declared-more.ts': '// more\n'.repeat(300),
    },
    file: 'src/core',
    detail: '7528 lines',
  },
  {
    rule: 'half of the files have 55 lines at most',
    files: Object.fromEntries(
      Array.from({ length: 16 }, (_, at) => [`src/core/a${at}.ts`, '// more\n'.repeat(56)]),
    ),
    file: 'src',
    detail: '56',
  },
];

t.test('a tree that follows ARCHITECTURE.md breaks no rule', async (t) => {
  t.same(findViolations(plant(makeFolder(t), {})), []);
});

for (const { rule, files, file, detail } of planted) {
  t.test(`${rule}: ${Object.keys(files)[0]}`, async (t) => {
    const found = findViolations(plant(makeFolder(t), files));
    t.match(found, [{ rule, file, ...(detail ? { detail } : {}) }]);
    t.same(new Set(found.map((one) => one.rule)), new Set([rule]));
  });
}

t.test('an exception allows its violation, and is itself a violation when nothing needs it', async (t) => {
  const rule = 'only core/config reads process.env';
  const found = [
    { rule, file: 'src/a.ts', detail: 'line 1' },
    { rule, file: 'src/b.ts', detail: 'line 1' },
  ];
  t.same(withoutExceptions(found, { [rule]: { 'src/a.ts': 'a reason' } }), [found[1]]);
  t.match(withoutExceptions([], { [rule]: { 'src/a.ts': 'a reason' } }), [
    { rule: 'every exception is needed', file: 'src/a.ts', detail: rule },
  ]);
});

function plant(root: string, files: Files): string {
  for (const [file, text] of Object.entries({ ...clean, ...files })) {
    fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  return root;
}
