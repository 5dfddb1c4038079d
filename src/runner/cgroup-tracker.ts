// Keeps a child's processes in a control group of its own, where a part of the hierarchy (cgroup v2) is delegated to this
// user, e.g. by systemd's `Delegate=yes`. No process leaves its group unless it writes itself into another one.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { followGroup } from './group-tracker.ts';
import { isLiving, signal } from './processes.ts';
import { awaitGate, type ChildOptions, type Tracker } from './tracker.ts';

/** The shell joins the group before the gate opens. */
const join = 'echo 0 >"$1/cgroup.procs" || exit 125; shift';

/** Null where no control group may be made and killed at once (`cgroup.kill`, Linux 5.14). */
export function createCgroupTracker(base = findOwnGroup()): Tracker | null {
  if (!base || !mayMakeGroups(base)) return null;
  const folderOf = ({ root, marker }: ChildOptions) => path.join(base, `${prefixOf(root)}${marker}`);
  return {
    stderrFd: 2,
    wrap(command, options) {
      const folder = folderOf(options);
      fs.mkdirSync(folder, { recursive: true });
      return ['/bin/sh', '-c', `${join}; ${awaitGate}; exec 4<&-; exec "$@"`, 'sh', folder, ...command];
    },
    follow(child, options) {
      const folder = folderOf(options);
      const followed = followGroup(child, options);
      let cpuSec: number | null = null;
      return {
        ...followed,
        find: (tree) => [...new Set([...followed.find(tree), ...membersOf(folder)])],
        kill(pids) {
          followed.kill(pids);
          killGroup(folder);
        },
        letGo() {
          cpuSec = readCpuSec(folder);
          removeGroup(folder);
        },
        cpuSec: () => cpuSec,
      };
    },
  };
}

/** Kills what the children of a dead server left in their control groups; gives the pids, and removes the empty groups. */
export function killLeftGroups(root: string, base = findOwnGroup()): { pid: number; marker: string }[] {
  const names = base ? listFolders(base).filter((name) => name.startsWith(prefixOf(root))) : [];
  return names.flatMap((name) => {
    const folder = path.join(base ?? '', name);
    const pids = membersOf(folder);
    if (pids.length > 0) killGroup(folder);
    else removeGroup(folder);
    return pids.map((pid) => ({ pid, marker: name.slice(prefixOf(root).length) }));
  });
}

/** The folder of this process's own control group (cgroup v2); null without one. */
function findOwnGroup(): string | null {
  try {
    const mounts = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const mount = mounts.find((line) => line.includes(' - cgroup2 '))?.split(' ')[4];
    const own = /^0::(.*)$/m.exec(fs.readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
    return mount && own ? path.join(mount, own) : null;
  } catch {
    return null;
  }
}

function mayMakeGroups(base: string): boolean {
  const folder = path.join(base, `chl-probe-${process.pid}`);
  try {
    fs.accessSync(path.join(base, 'cgroup.procs'), fs.constants.W_OK);
    fs.mkdirSync(folder);
    const canKill = fs.existsSync(path.join(folder, 'cgroup.kill'));
    fs.rmdirSync(folder);
    return canKill;
  } catch {
    return false;
  }
}

/** Groups of different data roots do not mix. */
function prefixOf(root: string): string {
  return `chl-${createHash('sha256').update(root).digest('hex').slice(0, 12)}-`;
}

/** The living processes of a group and of the groups below it. */
function membersOf(folder: string): number[] {
  const own = read(path.join(folder, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
  const below = listFolders(folder).flatMap((name) => membersOf(path.join(folder, name)));
  return [...own.filter(isLiving), ...below];
}

function killGroup(folder: string) {
  try {
    fs.writeFileSync(path.join(folder, 'cgroup.kill'), '1');
  } catch {
    for (const pid of membersOf(folder)) signal(pid, 'SIGKILL');
  }
}

/** Of all processes that were ever in the group. */
function readCpuSec(folder: string): number | null {
  const micros = /^usage_usec (\d+)$/m.exec(read(path.join(folder, 'cpu.stat')))?.[1];
  return micros === undefined ? null : Number(micros) / 1e6;
}

/** A group with a zombie cannot be removed yet; the next start removes it. */
function removeGroup(folder: string) {
  for (const name of listFolders(folder)) removeGroup(path.join(folder, name));
  try {
    fs.rmdirSync(folder);
  } catch (error) {
    if (!['ENOENT', 'EBUSY', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function listFolders(folder: string): string[] {
  try {
    const items = fs.readdirSync(folder, { withFileTypes: true });
    return items.filter((item) => item.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
