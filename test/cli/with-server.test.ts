// The command line with a running server: it calls the API, and follows jobs.
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { startApp } from '../support/app.ts';
import { runCommand, runHere, startCommand, writeBehaviours } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';

async function startServer(t: Test) {
  const root = makeFolder(t);
  writeBehaviours(root);
  return startApp(t, { root });
}

t.test('the lock file has the address that the server listens on', async (t) => {
  const app = await startServer(t);
  const holder = JSON.parse(fs.readFileSync(path.join(app.root, 'server.lock'), 'utf8'));
  t.match(holder, { pid: process.pid, url: app.origin });
  t.notMatch(app.origin, /:0$/);
});

t.test('a run goes through the server, and is followed to its end', async (t) => {
  const app = await startServer(t);
  const { code, out } = await runCommand(app.root, ['works']);
  t.equal(code, 0);
  t.match(out, /^works #1 queued\.\n[\s\S]*working\ndone\n[\s\S]*works #1 succeeded after /);
  t.match(app.parts.jobs.find('1'), { status: 'succeeded', operation: 'works' });
  t.equal((await runHere(app.root, ['refuses'])).code, 65);
});

t.test('errors have the messages of the API', async (t) => {
  const app = await startServer(t);
  const sleeping = startCommand(app.root, ['sleeps']);
  await sleeping.prints(/asleep/);
  const requests: [string[], string, Record<string, unknown>, number][] = [
    [['import', '--mode', 'x'], 'import', { args: { mode: 'x' } }, 2],
    [['wipes', '--reason', 'a test needs it'], 'wipes', { reason: 'a test needs it' }, 2],
    [['export'], 'export', {}, 75],
    [['nothing'], 'nothing', {}, 2],
  ];
  for (const [words, operation, body, code] of requests) {
    const refused = await app.json(`/api/v1/operations/${operation}`, body);
    const ended = await runHere(app.root, words);
    t.equal(ended.code, code, words.join(' '));
    t.ok(ended.err.startsWith(refused.body.error.message), ended.err);
  }
  t.equal((await runHere(app.root, ['cancel', '1'])).code, 0);
  await sleeping.ended;
  const others: [string[], RegExp][] = [
    [['export', 'now'], /^"now" is not expected here\./],
    [['takes', '--since', 'yesterday'], /^Since: must be a day such as 2026-01-31\.\n$/],
    [['jobs', '--status', 'asleep'], /^status: "asleep" is not known; allowed: queued, /],
    [['job', '99'], /^There is no job "99"\.\n$/],
    [['__proto__'], /^There is no operation "__proto__"\./],
  ];
  for (const [words, err] of others) t.match(await runHere(app.root, words), { code: 2, out: '', err });
});

t.test('jobs and a single job are shown, and a failed job is retried', async (t) => {
  const { root } = await startServer(t);
  await runHere(root, ['fails']);
  await runHere(root, ['works']);
  t.match((await runHere(root, ['jobs'])).out, /^#2 +succeeded +works .*\n#1 +failed +fails .*\n2 of 2\n$/);
  t.match((await runHere(root, ['jobs', '--status', 'failed', '--limit', '5'])).out, /^#1 .*\n1 of 1\n$/);
  t.match(JSON.parse((await runHere(root, ['jobs', '--json'])).out), {
    total: 2,
    items: [{ number: 2 }, {}],
  });
  t.match(await runHere(root, ['job', '#1']), { code: 0, out: /fails #1 failed/ });
  t.match(await runHere(root, ['retention']), {
    code: 0,
    out: /^Kept: 90 days and 1,000,000 jobs, .* Nothing would be removed now\.\n$/,
  });
  t.match(await runHere(root, ['job', '1', '--follow']), {
    code: 1,
    out: /it fails\n[\s\S]*fails #1 failed/,
  });
  t.match(await runHere(root, ['retry', '1']), { code: 1, out: /^fails #3 queued\./ });
  t.match(await runHere(root, ['retry', '2']), { code: 1, err: /^Job #2 is succeeded\./ });
  t.match(await runHere(root, ['cancel', '2']), {
    code: 1,
    err: /^Job #2 has already ended: succeeded\./,
  });
});

t.test('cancel ends a running job and the commands that follow it', async (t) => {
  const app = await startServer(t);
  const run = startCommand(app.root, ['sleeps']);
  await run.prints(/asleep/);
  const follower = startCommand(app.root, ['job', '1', '--follow']);
  await follower.prints(/asleep/);
  t.match(await runHere(app.root, ['cancel', '1']), { code: 0, out: /sleeps #1 cancelled after/ });
  t.match(await run.ended, { code: 1, out: /sleeps #1 cancelled/ });
  t.match(await follower.ended, { code: 1, out: /sleeps #1 cancelled/ });
  t.equal(app.parts.runner.runningCount(), 0);
});

t.test('with --wait a job waits in the lock queue', async (t) => {
  const app = await startServer(t);
  const first = startCommand(app.root, ['sleeps']);
  await first.prints(/asleep/);
  const second = startCommand(app.root, ['export', '--wait']);
  await second.prints(/export #2 waits for sleeps #1/);
  await runHere(app.root, ['cancel', '1']);
  t.match(await second.ended, { code: 0, out: /export #2 succeeded/ });
  await first.ended;
});

t.test('Ctrl+C leaves a job of the server running, and prints how to stop it', async (t) => {
  const app = await startServer(t);
  const run = startCommand(app.root, ['sleeps']);
  await run.prints(/asleep/);
  run.child.kill('SIGINT');
  t.match(await run.ended, {
    code: 1,
    out: /sleeps #1 keeps running\. Cancel it with: npm run chl -- cancel 1\n/,
  });
  t.equal(app.parts.jobs.find('1').status, 'running');
});

t.test('a server that does not answer is reported with exit code 75', async (t) => {
  const app = await startServer(t);
  const file = path.join(app.root, 'server.lock');
  const holder = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(file, JSON.stringify({ ...holder, url: 'http://127.0.0.1:9' }));
  t.match(await runHere(app.root, ['jobs']), {
    code: 75,
    err: /^The server at http:\/\/127\.0\.0\.1:9 does not answer: /,
  });
});

t.test('large output arrives complete and in order', async (t) => {
  const app = await startServer(t);
  const script = "seq 1 200000; printf 'no end'";
  fs.writeFileSync(
    path.join(app.root, 'operations.yaml'),
    `operations: [{ name: counts, title: C, summary: S., command: [sh, -c, ${JSON.stringify(script)}] }]`,
  );
  app.parts.customOperations.runOnce();
  const { out } = await runCommand(app.root, ['counts']);
  const numbers = out.split('\n').filter((line) => /^\d+$/.test(line));
  t.equal(numbers.length, 200_000);
  t.ok(numbers.every((line, at) => Number(line) === at + 1));
  t.match(out, /\nno end\n/);
  t.match(out, /\ncounts #1 succeeded/);
});
