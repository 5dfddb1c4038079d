/** Gives a function that returns the CPU seconds of this process, its threads included, since its last call. */
export function createCpuMeter(): () => number {
  let last = process.cpuUsage();
  return () => {
    const spent = process.cpuUsage(last);
    last = process.cpuUsage();
    return (spent.user + spent.system) / 1e6;
  };
}
