// The peak memory of this process. Measuring from outside fails: Linux counts the parent's memory as the child's before exec.
import fs from 'node:fs';

export function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
