// Many readers of a stream in a separate process. They count bytes, or report when a text arrives.
// argv: address, number. Sends {opened} once. Receives {until: text}, sends {arrived: time of each reader}; receives
// {count: true}, sends {bytes, chunks} since the last count.
import http from 'node:http';

const [, , address = '', howMany = '1'] = process.argv;
const count = Number(howMany);
let opened = 0;
let bytes = 0;
let chunks = 0;
let wanted: { text: string; missing: Set<number>; arrived: number[] } | null = null;

for (let reader = 0; reader < count; reader += 1) {
  http.get(address, { agent: false }, (response) => {
    if (response.statusCode !== 200) throw new Error(`a stream was refused: ${response.statusCode}`);
    opened += 1;
    if (opened === count) process.send?.({ opened });
    let end = '';
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks += 1;
      if (!wanted?.missing.has(reader)) return;
      const text = end + chunk.toString('latin1');
      if (text.includes(wanted.text)) arrive(reader);
      else end = text.slice(-wanted.text.length);
    });
  });
}

process.on('message', (message: { until?: string; count?: true }) => {
  if (message.until !== undefined) {
    const missing = new Set(Array.from({ length: count }, (_, reader) => reader));
    wanted = { text: message.until, missing, arrived: [] };
  } else {
    process.send?.({ bytes, chunks });
    bytes = 0;
    chunks = 0;
  }
});
process.on('disconnect', () => process.exit());

/** Epoch milliseconds, so that another process can compare. */
function arrive(reader: number) {
  if (!wanted) return;
  wanted.arrived.push(performance.timeOrigin + performance.now());
  wanted.missing.delete(reader);
  if (wanted.missing.size > 0) return;
  process.send?.({ arrived: wanted.arrived });
  wanted = null;
}
