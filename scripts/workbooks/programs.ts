// The programs of other people that read and write workbooks, as far as this machine has them.
import { spawnSync } from 'node:child_process';

/** `version`: null when the program is missing; `remedy` says how to install it on Debian. */
type Program = { command: string; version: string | null; remedy: string };
export type Programs = { libreOffice: Program; openpyxl: Program };

/** Debian installs modules for its own Python, which may not be the first one of the path. */
const pythons = ['python3', '/usr/bin/python3'];

export function findPrograms(): Programs {
  return { libreOffice: findLibreOffice(), openpyxl: findOpenpyxl() };
}

function findLibreOffice(): Program {
  const version = output('soffice', ['--version'])?.replace(/ \S+\(.*/, '') ?? null;
  return {
    command: 'soffice',
    version,
    remedy: `soffice (LibreOffice) is not installed. ${install('libreoffice-calc-nogui')}`,
  };
}

function findOpenpyxl(): Program {
  const remedy = pythons.some((python) => output(python, ['--version']) !== null)
    ? `python3 has no module openpyxl. ${install('python3-openpyxl')}`
    : `python3 is not installed. ${install('python3 python3-openpyxl')}`;
  for (const command of pythons) {
    const version = output(command, ['-c', 'import openpyxl; print("openpyxl", openpyxl.__version__)']);
    if (version !== null) return { command, version, remedy };
  }
  return { command: 'python3', version: null, remedy };
}

function install(packages: string): string {
  return `On Debian: apt-get install --no-install-recommends ${packages}`;
}

function output(command: string, args: string[]): string | null {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
