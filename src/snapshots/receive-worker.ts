// The thread that writes the bytes of an upload, so that the event loop neither waits for the disk nor hashes. What passes
// of the index is hashed on its way, so that nobody has to read the file once more for that.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { guessFileBytes } from '../index/faiss-file.ts';
import { type Received, type ReceiveStart, slotBytes, slots } from './receive-protocol.ts';
import { guessIndexStart } from './head.ts';

const port = parentPort;
if (!port) throw new Error('receive-worker runs as a thread of the server only.');
const { fd, room } = workerData as ReceiveStart;
let head: Buffer | null = null;
let wanted = 0;
let passed = 0;
let crc = 0;
const hash = createHash('sha256');
let slot = 0;

port.on('message', (bytes: number) => {
  const filled = Buffer.from(room, slot * slotBytes, bytes);
  slot = (slot + 1) % slots;
  if (bytes > 0) take(filled);
  port.postMessage(bytes > 0 ? null : end());
  if (bytes === 0) port.close();
});

function take(filled: Buffer) {
  let rest = filled;
  if (head === null) {
    head = Buffer.from(filled.subarray(0, guessIndexStart(filled)));
    rest = filled.subarray(head.length);
    if (head.length > 0) wanted = guessFileBytes(rest);
  }
  for (let written = 0; written < rest.length; ) written += fs.writeSync(fd, rest, written);
  const ofIndex = rest.subarray(0, wanted - passed);
  hash.update(ofIndex);
  crc = crc32(ofIndex, crc);
  passed += ofIndex.length;
}

function end(): Received {
  const isWhole = wanted > 0 && passed === wanted;
  return {
    head: head ?? Buffer.alloc(0),
    passed: isWhole ? { bytes: passed, crc, sha256: hash.digest('hex') } : null,
  };
}
