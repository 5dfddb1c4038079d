// Reads operations.yaml, the custom operations. Leaves out invalid entries and reports their position. Never runs anything.
import path from 'node:path';
import type { Document, Node } from 'yaml';
import type { Operation } from '../core/operation.ts';
import { defineCustom, findConflicts } from './custom-operation.ts';
import { findFaults, isCustomEntry } from './custom-schema.ts';
import { yaml } from './yaml.ts';

/** `entryLine`: the first line of the entry left out, null for the whole file. `line` and `column` count from 1. */
export type CustomProblem = {
  entry: string | null;
  entryLine: number | null;
  line: number;
  column: number;
  message: string;
};

/** `operations` is null when the file as a whole cannot be read. */
export type CustomOperations = { operations: Operation[] | null; problems: CustomProblem[] };

/** `reserved`: names that an entry must not use. */
export function readCustomOperations(text: string, file: string, reserved: string[]): CustomOperations {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const entries = findEntries(document);
  const fault = findFileFault(document, entries);
  if (fault) {
    const problem = { entry: null, entryLine: null, ...positionOf(fault.offset), message: fault.message };
    return { operations: null, problems: [problem] };
  }
  const operations = new Map<string, Operation>();
  const problems: CustomProblem[] = [];
  for (const node of entries as Node[]) {
    const value = readValue(node, document);
    const taken = (name: string) =>
      reserved.includes(name) ? 'is reserved' : operations.has(name) ? 'is already used' : null;
    const faults = checkEntry(node, value, document, taken);
    const entryLine = positionOf(node.range?.[0] ?? 0).line;
    for (const { offset, message } of faults)
      problems.push({ entry: nameOf(value), entryLine, ...positionOf(offset), message });
    if (faults.length === 0 && isCustomEntry(value))
      operations.set(value.name, defineCustom(value, path.dirname(file)));
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { operations: [...operations.values()], problems };
}

type Fault = { offset: number; message: string };

/** A duplicate key invalidates its entry; any other syntax error invalidates the file. */
function findFileFault({ errors, warnings }: Document.Parsed, entries: Node[] | Fault): Fault | null {
  const fault = [...errors, ...warnings].find(
    ({ code, pos }) =>
      code !== 'DUPLICATE_KEY' || !Array.isArray(entries) || !entries.some((node) => isInside(pos[0], node)),
  );
  if (!fault) return Array.isArray(entries) ? null : entries;
  const why = fault.code === 'MULTIPLE_DOCS' ? 'a second document begins with ---' : fault.message;
  return { offset: fault.pos[0], message: `Invalid YAML: ${why.replace(/\.$/, '')}. Fix it.` };
}

function checkEntry(
  node: Node,
  value: unknown,
  { errors }: Document.Parsed,
  taken: (name: string) => string | null,
): Fault[] {
  const faults = errors
    .filter(({ pos }) => isInside(pos[0], node))
    .map(({ pos, message }) => ({
      offset: pos[0],
      message: `${message.replace(/\.$/, '')}. Keep one of them.`,
    }));
  const found = isCustomEntry(value) ? findConflicts(value) : findFaults(value);
  for (const { path: steps, key, message } of found)
    faults.push({ offset: offsetOf(node, steps, key), message });
  const name = nameOf(value);
  const why = name !== null && taken(name);
  if (why)
    faults.push({
      offset: offsetOf(node, ['name'], null),
      message: `The name ${name} ${why}. Choose another one.`,
    });
  return faults;
}

/** The nodes below `operations`, or the fault that prevents reading them. */
function findEntries({ contents }: Document.Parsed): Node[] | Fault {
  const { isMap, isScalar, isSeq } = yaml();
  const advice = 'Write one key, operations, with a list of entries.';
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  const [offset] = contents.range;
  if (!isMap(contents)) return { offset, message: `The file is not a mapping. ${advice}` };
  const other = contents.items.find(({ key }) => !(isScalar(key) && key.value === 'operations'));
  if (other) {
    const name = isScalar(other.key) ? String(other.key.value) : 'This key';
    return { offset: other.key.range?.[0] ?? offset, message: `${name} is not known here. ${advice}` };
  }
  const list = contents.get('operations', true) as Node | null | undefined;
  if (!list || (isScalar(list) && list.value === null)) return [];
  if (!isSeq(list))
    return { offset: list.range?.[0] ?? offset, message: `operations is not a list. ${advice}` };
  return list.items as Node[];
}

/** Null for an entry with an unresolvable alias or too many aliases, which then fails its check. */
function readValue(node: Node, document: Document.Parsed): unknown {
  try {
    return node.toJS(document, { maxAliasCount: 50 });
  } catch {
    return null;
  }
}

function isInside(offset: number, { range }: Node): boolean {
  return range != null && offset >= range[0] && offset < range[1];
}

function nameOf(value: unknown): string | null {
  const name = (value as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? name.slice(0, 80) : null;
}

/** The offset of the faulty value or key, else of the nearest node around it. */
function offsetOf(entry: Node, steps: string[], key: string | null): number {
  const { isMap, isScalar, isSeq } = yaml();
  let node: Node = entry;
  for (const step of steps) {
    const inner = isMap(node) ? node.get(step, true) : isSeq(node) ? node.get(Number(step), true) : undefined;
    if (!inner) break;
    node = inner as Node;
  }
  const pair =
    key !== null && isMap(node)
      ? node.items.find((item) => isScalar(item.key) && item.key.value === key)
      : null;
  return (pair?.key as Node | undefined)?.range?.[0] ?? node.range?.[0] ?? 0;
}
