// Measures how long pages take.
import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Figure } from './workload.ts';

const rounds = 9;
const requests = 41;
const warmUps = 30;

/** Returns the times of each address in milliseconds. Takes turns, so that a disturbance affects all measurements. */
export async function timeInTurns(agent: http.Agent, addresses: string[]): Promise<number[][]> {
  const places = addresses.map((address) => ({ address, times: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const { address, times } of places) {
      for (let at = 0; at < (round < 0 ? warmUps : requests); at++) {
        const startedAt = performance.now();
        await fetchBytes(agent, address);
        if (round >= 0) times.push(performance.now() - startedAt);
      }
    }
  }
  return places.map(({ times }) => times);
}

export function figureOf(
  workload: string,
  ms: number,
  referenceMs: number,
  most: number,
  reference: string,
): Figure {
  return {
    workload,
    ours: `${ms.toFixed(2)} ms`,
    reference: `${referenceMs.toFixed(2)} ms (${reference})`,
    ratio: ms / referenceMs,
    target: `≤ ${most}`,
    isMet: ms <= most * referenceMs,
  };
}

export function fetchBytes(agent: http.Agent, url: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    http
      .get(
        url,
        { agent, headers: { accept: 'text/html' } },
        (response) => void buffer(response).then(resolve, reject),
      )
      .once('error', reject);
  });
}
