// The distribution's Firefox, driven over its Marionette protocol (a length, a colon, a JSON list: [0, id, command,
// parameters] is a request, [1, id, error, result] a response). playwright needs its own build of Firefox.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import t, { type Test } from 'tap';

/** Firefox polls for elements up to this limit. */
const waitMaxMs = 15_000;
const elementKey = 'element-6066-11e4-a52e-4f735466cecf';
const program = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((file) => fs.existsSync(file));

type Firefox = Awaited<ReturnType<typeof startFirefox>>;

/** A test in Firefox; without Firefox it is skipped with a message how to install it. */
export function firefoxTest(title: string, work: (t: Test, firefox: Firefox) => Promise<void>) {
  const skip = program ? false : 'Firefox is not installed; run apt-get install firefox-esr';
  return t.test(title, { skip }, async (t) => work(t, await startFirefox(t)));
}

async function startFirefox(t: Test) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-firefox-'));
  fs.writeFileSync(path.join(profile, 'user.js'), 'user_pref("marionette.port", 0);\n');
  const args = ['--headless', '--marionette', '--no-remote', '--profile', profile];
  const child = spawn(program ?? '', args, { env: { ...process.env, HOME: profile } });
  child.stderr.resume();
  t.teardown(async () => {
    if (child.exitCode === null) {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const ask = await connect(await readPort(child.stdout));
  await ask('WebDriver:NewSession', { capabilities: {} });
  await ask('WebDriver:SetTimeouts', { implicit: waitMaxMs, script: waitMaxMs });
  const find = async (selector: string) => {
    const { value } = await ask('WebDriver:FindElement', { using: 'css selector', value: selector });
    return value[elementKey];
  };
  return {
    open: (url: string) => ask('WebDriver:Navigate', { url }),
    waitFor: find,
    click: async (selector: string) => ask('WebDriver:ElementClick', { id: await find(selector) }),
    type: async (selector: string, text: string) =>
      ask('WebDriver:ElementSendKeys', { id: await find(selector), text }),
    evaluate: async (script: string) => (await ask('WebDriver:ExecuteScript', { script, args: [] })).value,
    /** Opens a tab, and switches to it. */
    async openTab() {
      const { handle } = await ask('WebDriver:NewWindow', { type: 'tab' });
      await ask('WebDriver:SwitchToWindow', { handle });
    },
    closeTab: async () => {
      const [handle] = await ask('WebDriver:CloseWindow', {});
      await ask('WebDriver:SwitchToWindow', { handle });
    },
  };
}

async function readPort(output: NodeJS.ReadableStream): Promise<number> {
  for await (const line of readline.createInterface({ input: output })) {
    const port = /Listening on port (\d+)/.exec(line)?.[1];
    if (port) return Number(port);
  }
  throw new Error('Firefox ended before it listened');
}

async function connect(port: number) {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const open = new Map<number, { resolve(value: any): void; reject(error: Error): void }>();
  let rest = Buffer.alloc(0);
  let lastId = 0;
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const colon = rest.indexOf(':');
      const end = colon + 1 + Number(rest.subarray(0, colon));
      if (colon < 0 || rest.length < end) return;
      const message = JSON.parse(rest.subarray(colon + 1, end).toString());
      rest = rest.subarray(end);
      if (!Array.isArray(message)) continue;
      const [, id, error, result] = message;
      if (error) open.get(id)?.reject(new Error(`${error.error}: ${error.message}`));
      else open.get(id)?.resolve(result);
      open.delete(id);
    }
  });
  return (command: string, parameters: object): Promise<any> => {
    lastId += 1;
    const text = JSON.stringify([0, lastId, command, parameters]);
    socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => open.set(lastId, { resolve, reject }));
  };
}
