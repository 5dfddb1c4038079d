// Names the sources in the stacks of a bundled program. With Node's own flag every start reads all source maps; here an error
// reads those of its frames.
import fs from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const position = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/;
const maps = new Map<string, SourceMap>();

/** From now on, the stacks of errors in this process name the files and lines of the sources. */
export function nameSourcesInStacks() {
  Error.prepareStackTrace = (error, frames) =>
    [String(error), ...frames.map((frame) => `    at ${nameSource(String(frame))}`)].join('\n');
}

/** Takes a frame, as `run2 (file:///chl/dist/src/bundled-x.js:9:3)`, and returns it as `run (file:///chl/src/x.ts:5:3)`; as it
 *  is without a source map. */
export function nameSource(frame: string): string {
  const [found, file = '', line, column] = position.exec(frame) ?? [];
  if (!found) return frame;
  try {
    const entry = readMap(file).findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) return frame;
    const source = new URL(entry.originalSource, file);
    const at = `${source.href}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    return originalName(frame, source).replace(found, () => at);
  } catch {
    return frame;
  }
}

function readMap(file: string): SourceMap {
  let map = maps.get(file);
  if (map === undefined) {
    const text = fs.readFileSync(`${fileURLToPath(file)}.map`, 'utf8');
    map = new SourceMap(JSON.parse(text));
    maps.set(file, map);
  }
  return map;
}

/** The bundler numbers functions of the same name. */
function originalName(frame: string, source: URL): string {
  const [, name = '', digits = ''] =
    /^(?:async |new )*(?:[\w$]+\.)*([\w$]*?[^\W\d])(\d+) \(/.exec(frame) ?? [];
  if (digits === '') return frame;
  const isInSource = new RegExp(`\\b${name.replaceAll('$', '\\$')}${digits}\\b`).test(
    fs.readFileSync(source, 'utf8'),
  );
  return isInSource ? frame : frame.replace(`${name}${digits} (`, () => `${name} (`);
}
