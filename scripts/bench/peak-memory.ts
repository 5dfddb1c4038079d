// Loaded with --import: writes the peak memory of the process in bytes to descriptor 4 when it ends. Measuring from outside
// fails: Linux counts the parent's memory as the child's before exec.
import fs from 'node:fs';

process.on('exit', () => fs.writeSync(4, String(peakBytes())));

function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
