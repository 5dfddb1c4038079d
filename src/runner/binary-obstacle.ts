// Why a binary file is no program that this system can run. A shell runs such a file as a script: its words do something else
// or nothing, and may succeed.
import fs from 'node:fs';
import { endianness } from 'node:os';

/** e_machine of the ELF header, by Node's name of the processor. */
const machines: Record<string, number> = {
  arm: 40,
  arm64: 183,
  ia32: 3,
  loong64: 258,
  ppc64: 21,
  riscv64: 243,
  s390x: 22,
  x64: 62,
};
const otherFormats: [begin: RegExp, name: string][] = [
  [/^MZ/, 'a program for Windows'],
  [/^(\xcf\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|\xca\xfe\xba\xbe)/, 'a program for macOS, or for Java'],
  [/^(#\0!\0|\0#\0!)/, 'a script saved as UTF-16; save it as UTF-8'],
  [/^PK/, 'a ZIP file'],
];
const registeredFormats = '/proc/sys/fs/binfmt_misc';

/** A sentence with the next step, or null. `head`: the first bytes in latin1. */
export function findBinaryObstacle(file: string, head: string): string | null {
  if (process.platform !== 'linux') return null;
  const bytes = Buffer.from(head, 'latin1');
  const machine = head.startsWith('\x7fELF') && bytes.length >= 64 ? machineOf(bytes) : null;
  if (machine === process.arch) return findLoaderObstacle(file, bytes);
  if (mayRunOtherFormats()) return null;
  if (machine !== null)
    return `${file} was built for another processor (${machine}, this one is ${process.arch}). Install a build for this one`;
  const [, name] = otherFormats.find(([begin]) => begin.test(head)) ?? [];
  return `${file} is ${name ?? 'neither a script nor a program for this system'}. Fix the command in operations.yaml`;
}

/** Names the processor of an ELF header. A 32-bit program counts as one for this processor, whose kernel may run it. */
function machineOf(bytes: Buffer): string {
  const isLittle = bytes[5] === 1;
  const number = isLittle ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18);
  const name = Object.keys(machines).find((one) => machines[one] === number) ?? `type ${number}`;
  if (isLittle !== (endianness() === 'LE')) return `${name} with another byte order`;
  return bytes[4] === 1 || machines[process.arch] === undefined ? process.arch : name;
}

/** The kernel runs further formats, such as Windows' with Wine, when they are registered. */
function mayRunOtherFormats(): boolean {
  try {
    return fs.readdirSync(registeredFormats).some((name) => name !== 'register' && name !== 'status');
  } catch {
    return false;
  }
}

/** ELF-64, little-endian: PT_INTERP (3) names the loader of a dynamic program. */
function findLoaderObstacle(file: string, bytes: Buffer): string | null {
  if (bytes[4] !== 2 || bytes[5] !== 1) return null;
  const [table, size, count] = [
    Number(bytes.readBigUInt64LE(32)),
    bytes.readUInt16LE(54),
    bytes.readUInt16LE(56),
  ];
  for (let at = table; at < table + size * count && at + 40 <= bytes.length; at += size) {
    if (bytes.readUInt32LE(at) !== 3) continue;
    const [from, length] = [Number(bytes.readBigUInt64LE(at + 8)), Number(bytes.readBigUInt64LE(at + 32))];
    const loader = bytes.toString('latin1', from, from + length - 1);
    if (!loader.startsWith('/') || fs.existsSync(loader)) return null;
    return `${file} was built for another system: it needs ${loader}, which does not exist. Install a build for this one`;
  }
  return null;
}
