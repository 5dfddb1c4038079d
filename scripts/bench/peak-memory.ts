// Loaded with --import: writes the peak memory of the process in bytes and its processor time in milliseconds to descriptor 4 as
// JSON when it ends.
import fs from 'node:fs';
import { peakBytes } from './peak-bytes.ts';

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  fs.writeSync(4, JSON.stringify({ peakBytes: peakBytes(), cpuMs: (user + system) / 1000 }));
});
