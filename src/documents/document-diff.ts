// The differences of two texts of a document, field by field.
import { type DiffPart, diffWords } from '../plan-store/word-diff.ts';
import { type DocumentFields, fieldNames } from './document.ts';

export type FieldDiff = { name: keyof DocumentFields; parts: DiffPart[] };

/** Blocks every other request; a text that takes longer is shown as a whole, old and new. */
const maxMs = 100;
/** Unchanged lines beside a change. */
const contextLines = 2;

/** The fields that differ, in the order of the form; `isWhole`: with all of the unchanged text. */
export function diffFields(from: DocumentFields, to: DocumentFields, { isWhole = false } = {}): FieldDiff[] {
  return fieldNames.flatMap((name) => {
    const [old, given] = [textOf(from[name]), textOf(to[name])];
    if (old === given) return [];
    const parts = diffWords(old, given, maxMs) ?? wholeTexts(old, given);
    return [{ name, parts: isWhole ? parts : cutParts(parts) }];
  });
}

const textOf = (value: DocumentFields[keyof DocumentFields]): string =>
  Array.isArray(value) ? value.join(', ') : String(value ?? '');

const wholeTexts = (from: string, to: string): DiffPart[] => [
  { kind: 'del', text: from },
  { kind: 'ins', text: to },
];

function cutParts(parts: DiffPart[]): DiffPart[] {
  return parts.map((part, at) => {
    if (part.kind !== 'same') return part;
    const lines = part.text.split('\n');
    const head = at === 0 ? 0 : contextLines + 1;
    const tail = at === parts.length - 1 ? 0 : contextLines + 1;
    if (lines.length <= head + tail + 1) return part;
    const kept = [...lines.slice(0, head), '…', ...lines.slice(lines.length - tail)];
    return { kind: 'same', text: kept.join('\n') };
  });
}
