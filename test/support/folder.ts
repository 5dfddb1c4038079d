// Temporary folders of tests.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';

class Link {
  readonly target: string;
  constructor(target: string) {
    this.target = target;
  }
}

/** Files, folders and links by name. */
export type Contents = { [name: string]: string | Uint8Array | Contents | Link };

/**
 * Makes a folder and returns its real path. Removes it after the teardowns that were added later, such as closing a server;
 * tap would remove its own folders before them, and a server that still writes would make the removal fail.
 */
export function makeFolder(t: Pick<Test, 'teardown'>, contents: Contents = {}, parent = os.tmpdir()): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(parent, 'chl-test-')));
  // A process that was sent SIGKILL may write until the kernel has ended it.
  t.teardown(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  fill(folder, contents);
  return folder;
}

/** Makes a folder inside the project, so that modules in it can import the project's packages. */
export function makeFolderInProject(t: Pick<Test, 'teardown'>, contents: Contents = {}): string {
  const parent = path.join(packageRoot, '.tap');
  fs.mkdirSync(parent, { recursive: true });
  return makeFolder(t, contents, parent);
}

/** A symbolic link among the contents of a folder. */
export const linkTo = (target: string) => new Link(target);

function fill(folder: string, contents: Contents) {
  for (const [name, content] of Object.entries(contents)) {
    const file = path.join(folder, name);
    if (content instanceof Link) fs.symlinkSync(content.target, file);
    else if (typeof content === 'string' || content instanceof Uint8Array) fs.writeFileSync(file, content);
    else {
      fs.mkdirSync(file);
      fill(file, content);
    }
  }
}
