// Loaded into a process with --import: when it ends, its peak memory in bytes goes to descriptor 4. What the parent
// could ask the kernel for is no use: Linux counts the parent's own memory as that of its child before exec.
import fs from 'node:fs';

process.on('exit', () => fs.writeSync(4, String(peakBytes())));

function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
