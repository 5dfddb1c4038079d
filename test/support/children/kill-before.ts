// Kills this process before its n-th call of some functions that change files or names, or wait for the disk.
import fs from 'node:fs';

export function killBeforeCall(count: number, names: (keyof typeof fs)[]) {
  let left = count;
  const watch = (place: object, name: string) => {
    const method = Reflect.get(place, name) as (...args: unknown[]) => unknown;
    Reflect.set(place, name, (...args: unknown[]) => {
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
      return method(...args);
    });
  };
  watch(fs.promises, 'copyFile');
  for (const name of names) watch(fs, name);
}
