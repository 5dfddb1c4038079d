// Finds the place in own code that a stack names: function and file, without line numbers, since these differ from version to
// version.
import path from 'node:path';
import { shortenHomes } from '../core/home.ts';

const nodeFrame =
  /^\s*at (?:async )?(?:(?<name>[^\s(][^(]*?) \()?(?:file:\/\/)?(?<file>[^()\s][^()]*?):\d+:\d+\)?$/;
const pythonFrame = /^\s*File "(?<file>[^"]+)", line \d+(?:, in (?<name>\S+))?/;
/** Frames of the runtime and of other programs' code. */
const foreign =
  /^node:|node_modules\/|<anonymous>|\/(?:site|dist)-packages\/|\/lib\/python\d|^<(?:frozen|string)/;
/** Each error of a database comes from there: the next frame says which statement. */
const wrappers = /^core\/db\//;

type Frame = { name: string; file: string };

/** As `embed (embedding/http)`; null without one. `root`: the folder of this program. Of a stack of Node it is the first one
 *  that is not part of the database driver's wrapping; of a traceback of Python, whose innermost frame is the last, the last. */
export function firstOwnFrame(stack: string, root: string): string | null {
  const lines = stack.split('\n');
  const ofNode = findFrames(lines, nodeFrame, root);
  const found =
    ofNode.find(({ file }) => !wrappers.test(file)) ??
    ofNode[0] ??
    findFrames(lines, pythonFrame, root).at(-1);
  return found === undefined ? null : `${found.name} (${found.file})`;
}

function findFrames(lines: string[], pattern: RegExp, root: string): Frame[] {
  return lines.flatMap((line) => {
    const { name = 'top level', file = '' } = pattern.exec(line)?.groups ?? {};
    if (file === '' || foreign.test(file)) return [];
    return { name: name.replace(/^(?:Object|Function)\./, '').trim(), file: shortenFile(file, root) };
  });
}

/** Files of this program are named from its folder of sources, others by their last part. Kept texts have `~` for the home
 *  folder. */
function shortenFile(file: string, root: string): string {
  const folder = [root, shortenHomes(root)].find((one) => file.startsWith(path.join(one, '/')));
  const own =
    folder && /^(?:dist\/)?((?:src|scripts|test)\/.*)\.[jt]s$/.exec(path.relative(folder, file))?.[1];
  return own ? own.replace(/^src\//, '') : path.basename(file);
}
