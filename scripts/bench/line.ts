// P12: bytes on the wire, and the largest paint on a slow line, of /operations and /jobs with 10,000 jobs, 30 custom operations and
// 12 workers, compared with the same page uncompressed and with its bare text.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Browser, chromium } from 'playwright-core';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { startServer, startTalker } from './process.ts';
import { insertHistory } from './repository.ts';
import { executablePath, lookAtPaint } from './weight.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const lineWorkload: Workload = {
  name: 'line',
  title: 'P12, /operations and /jobs on a line with 400 ms and 50 kB/s, cold',
  run,
};

const loads = 3;
const jobs = 10_000;
const paths = ['/operations', '/jobs'];
const line = { offline: false, latency: 400, downloadThroughput: 51_200, uploadThroughput: 51_200 };

async function run(): Promise<Figure[]> {
  if (!fs.existsSync(executablePath)) {
    console.log('line: there is no Chromium here; install one: apt-get install chromium');
    return [];
  }
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  const server = await startFilled(root);
  const bare = startTalker('prebuilt-server.js', []);
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const texts: Record<string, string> = {};
    for (const page of paths) texts[page] = bareText(String(await fetchAs(server.origin + page, 'identity')));
    const { origin } = await bare.ask({ pages: texts });
    const figures: Figure[] = [];
    for (const page of paths) figures.push(...(await measure(browser, page, server.origin, origin)));
    return figures;
  } finally {
    await browser.close();
    await server.end();
    bare.end();
    fs.rmSync(root, { recursive: true });
  }
}

async function measure(browser: Browser, page: string, ours: string, bare: string): Promise<Figure[]> {
  const [plain, sent] = [await fetchAs(ours + page, 'identity'), await fetchAs(ours + page, 'br')];
  const paints: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let load = 0; load < loads; load += 1) {
    paints.bare.push(await paint(browser, bare + page));
    paints.ours.push(await paint(browser, ours + page));
  }
  const [lcp, bareLcp] = [median(paints.ours), median(paints.bare)];
  const kb = ({ length }: Buffer) => `${(length / 1024).toFixed(1)} KB`;
  return [
    {
      workload: `${page}, HTML on the wire`,
      ours: kb(sent),
      reference: `${kb(plain)} (uncompressed)`,
      ratio: sent.length / plain.length,
      target: '≤ 12 KB',
      isMet: sent.length <= 12 * 1024,
    },
    {
      workload: `${page}, largest paint`,
      ours: `${lcp.toFixed(0)} ms`,
      reference: `${bareLcp.toFixed(0)} ms (bare text, uncompressed)`,
      ratio: lcp / bareLcp,
      target: '≤ 1300 ms, ≤ 1.5',
      isMet: lcp <= 1300 && lcp <= 1.5 * bareLcp,
    },
  ];
}

async function paint(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', line);
  await page.goto(address);
  const { lcp } = await lookAtPaint(page);
  await context.close();
  return lcp;
}

function startFilled(root: string) {
  const file = path.join(root, 'operations.yaml');
  const operation = (_: unknown, at: number) =>
    `  - { name: report-${at}, title: Report number ${at}, summary: Writes report ${at} of the week., group: ${['Reports', 'Checks', 'Clean-up'][at % 3]}, command: ['true'] }\n`;
  fs.writeFileSync(file, `operations:\n${Array.from({ length: 30 }, operation).join('')}`);
  const ops = prepareOps(readConfig({ CHL_EXPERIENCE_ROOT: root }, '/').opsDatabasePath);
  insertHistory(ops, jobs);
  ops.close();
  return startServer(root, {
    CHL_OPERATIONS_MODE: 'scripts',
    CHL_OPERATIONS_FILE: file,
    CHL_WORKERS: '12',
  });
}

/** The words of a page without styles, scripts and attributes. */
function bareText(html: string): string {
  const body = html.slice(html.indexOf('<body')).replace(/<(\/?)(\w+)[^>]*>/g, '<$1$2>');
  return `<!doctype html><title>Bare</title>${body.replace(/<svg>[\s\S]*?<\/svg>/g, '')}`;
}

function fetchAs(address: string, encoding: string): Promise<Buffer> {
  const headers = { accept: 'text/html', 'accept-encoding': encoding };
  return new Promise((resolve, reject) => {
    const request = http.get(address, { headers }, (answer) => void buffer(answer).then(resolve, reject));
    request.once('error', reject);
  });
}
