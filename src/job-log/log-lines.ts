// A log in lines: a page of lines with their times, and a search through all lines. Line numbers are those of the whole
// output, also after the gap. Memory is bounded by a page, and the event loop runs between pieces.
import { span } from '../core/trace.ts';
import { countLineEnds, type LogFile, openLogFile, type Stream } from './log.ts';
import { dropFrames } from './log-frames.ts';
import { cleanLine, type Level, levelOf, type Wanted, withoutEscapes } from './log-text.ts';

export type LogLine = {
  number: number;
  text: string;
  stream: Stream;
  /** When it was written, ISO 8601 UTC; null when that is unknown. */
  at: string | null;
  level: Level | null;
  /** Bytes of a very long line that are not shown. */
  folded: number;
  /** Its beginning is no longer kept. */
  isCut: boolean;
  /** It has no line end yet. */
  isOpen: boolean;
};

/** Lines `first` to `last`, and how many bytes, are no longer kept. */
type LogGap = { first: number; last: number; bytes: number };
export type LogHits = { numbers: number[]; isWhole: boolean };

export type LogLines = ReturnType<typeof openLogLines>;

const pieceBytes = 256 * 1024;
/** A page of lines is seldom longer, and reading more is wasted many times a second while a log is followed. */
const linesBytes = 64 * 1024;
const foldBytes = 4096;
/** The most that is read for one page, however long its lines are. */
const pageBytes = 8 * 1024 * 1024;
const maxHits = 10_000;
const searchMs = 3000;
const [backspace, newline, carriageReturn] = [8, 10, 13];

/** Null when the job has written nothing. Must be closed. */
export function openLogLines(file: string) {
  const log = openLogFile(file);
  if (!log) return null;
  const { size, half, ringStart, hasGap } = log;

  return {
    size,
    close: log.close,
    /** The number of lines, with an unfinished last one. */
    count: () => log.lines + (size > 0 && log.read(size - 1, size)[0] !== newline ? 1 : 0),

    gap(): LogGap | null {
      if (!hasGap) return null;
      const first = newlinesBefore(log, half) + 1;
      return { first, last: newlinesBefore(log, ringStart), bytes: ringStart - half };
    },

    /** Up to `count` lines from that number on; a number in the gap means the first line after it. */
    page: (from: number, count: number): Promise<LogLine[]> =>
      span('file', 'Read the output of a job', () => readPage(log, from, count)),

    /** Numbers of the matching lines, up to `max`. */
    search: (wanted: Wanted, max = maxHits): Promise<LogHits> =>
      span('file', 'Search the output of a job', () => searchAll(log, wanted, max)),
  };
}

async function readPage(log: LogFile, from: number, count: number): Promise<LogLine[]> {
  const start = await locate(log, Math.max(1, from));
  const lines: LogLine[] = [];
  const times = timesFrom(log, start.offset);
  for await (const line of linesFrom(log, start, pageBytes)) {
    if (lines.length === count) break;
    const text = cleanLine(line.text);
    lines.push({ ...line, text, level: levelOf(text), ...times(line.offset) });
  }
  return lines;
}

async function searchAll(log: LogFile, wanted: Wanted, max: number): Promise<LogHits> {
  const endsAt = performance.now() + searchMs;
  const hits: LogHits = { numbers: [], isWhole: true };
  for (const start of log.hasGap ? [{ offset: 0, number: 1 }, afterGap(log)] : [{ offset: 0, number: 1 }]) {
    for await (const piece of piecesFrom(log, start)) {
      hits.isWhole = addHits(hits.numbers, piece, wanted, max) && performance.now() < endsAt;
      if (!hits.isWhole) return hits;
    }
  }
  return hits;
}

/** Searches whole lines in latin1, whose first has that number; false when there are more than `max`. */
function addHits(found: number[], piece: { text: string; number: number }, wanted: Wanted, max: number) {
  const { text } = piece;
  let { number } = piece;
  let counted = 0;
  wanted.candidates.lastIndex = 0;
  for (let hit = wanted.candidates.exec(text); hit; hit = wanted.candidates.exec(text)) {
    let end = text.indexOf('\n', counted);
    for (; end >= 0 && end < hit.index; end = text.indexOf('\n', counted)) {
      counted = end + 1;
      number += 1;
    }
    if (wanted.fits(text.slice(counted, end < 0 ? undefined : end))) {
      if (found.length === max) return false;
      found.push(number);
    }
    if (end < 0) break;
    wanted.candidates.lastIndex = end;
  }
  return true;
}

/** Reads up to the gap or the end; a piece ends with a line, unless the line is longer than a piece. */
async function* piecesFrom(log: LogFile, start: Start) {
  const end = start.offset < log.half ? Math.min(log.half, log.size) : log.size;
  let { offset, number } = start;
  while (offset < end) {
    const bytes = log.read(offset, Math.min(end, offset + pieceBytes));
    const lastEnd = bytes.lastIndexOf(newline) + 1;
    const whole = offset + bytes.length === end || lastEnd === 0 ? bytes : bytes.subarray(0, lastEnd);
    yield { text: withoutEscapes(dropFrames(whole).toString('latin1')), number };
    offset += whole.length;
    number += countLineEnds(whole);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

type Start = { offset: number; number: number };

/** The first line after the gap is the rest of a line that the gap has cut. */
function afterGap(log: LogFile): Start {
  return { offset: log.ringStart, number: newlinesBefore(log, log.ringStart) + 1 };
}

/** Counted from the nearest record whose bytes are kept. */
function newlinesBefore(log: LogFile, offset: number): number {
  const before = log.record(log.lastRecord((record) => record.offset <= offset)) ?? { offset: 0, lines: 0 };
  const isKept = offset <= log.half || before.offset >= log.ringStart;
  if (isKept) return before.lines + countNewlines(log, before.offset, offset);
  const next = log.record(log.lastRecord((record) => record.offset < offset) + 1);
  const behind = next ?? { offset: log.size, lines: log.lines };
  return behind.lines - countNewlines(log, offset, behind.offset);
}

function countNewlines(log: LogFile, from: number, to: number): number {
  let found = 0;
  for (let at = from; at < to; at += pieceBytes) {
    found += countLineEnds(log.read(at, Math.min(to, at + pieceBytes)));
  }
  return found;
}

async function locate(log: LogFile, number: number): Promise<Start> {
  const behind = log.hasGap ? afterGap(log) : null;
  const isBehind = behind !== null && number > newlinesBefore(log, log.half) + 1;
  if (isBehind && number <= behind.number) return behind;
  const record = log.record(log.lastRecord((one) => one.lines < number - 1));
  const isUsable = record && (isBehind ? record.offset >= log.ringStart : true);
  const from = isUsable
    ? { offset: record.offset, number: record.lines + 1 }
    : isBehind
      ? behind
      : { offset: 0, number: 1 };
  for await (const line of linesFrom(log, from, Number.POSITIVE_INFINITY)) {
    if (line.number === number) return { offset: line.offset, number };
  }
  return { offset: log.size, number };
}

type RawLine = Start & { text: Buffer; folded: number; isCut: boolean; isOpen: boolean };

/** The lines from an offset on, up to the gap, the end, or `maxBytes`. */
async function* linesFrom(log: LogFile, start: Start, maxBytes: number): AsyncGenerator<RawLine> {
  const end = start.offset < log.half ? Math.min(log.half, log.size) : log.size;
  let { offset, number } = start;
  let held: Buffer[] = [];
  let heldBytes = 0;
  for (let at = start.offset; at < end && at - start.offset < maxBytes; at += linesBytes) {
    const piece = log.read(at, Math.min(end, at + linesBytes));
    let from = 0;
    for (let to = piece.indexOf(newline); to >= 0; to = piece.indexOf(newline, from)) {
      yield lineOf(piece.subarray(from, to), false);
      from = to + 1;
      offset = at + from;
      number += 1;
      held = [];
      heldBytes = 0;
    }
    hold(piece.subarray(from));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (heldBytes > 0) yield lineOf(Buffer.alloc(0), true);

  /** Of a line with several frames only the last is held. */
  function hold(part: Buffer) {
    const end = part.findLastIndex((byte) => byte !== carriageReturn);
    const frame = end < 0 ? 0 : part.lastIndexOf(carriageReturn, end) + 1;
    if (frame > 0) [held, heldBytes] = [[], 0];
    if (heldBytes < foldBytes) held.push(part.subarray(frame));
    heldBytes += part.length - frame;
    if (!part.includes(backspace)) return;
    const shown = dropFrames(Buffer.concat(held));
    [held, heldBytes] = [[shown], shown.length];
  }

  function lineOf(last: Buffer, isOpen: boolean): RawLine {
    hold(last);
    const bytes = heldBytes;
    const whole = dropFrames(Buffer.concat(held));
    const text = bytes > foldBytes ? whole.subarray(0, foldBytes) : whole;
    const isCut = offset === log.ringStart && log.hasGap;
    return { offset, number, text, folded: bytes - text.length, isCut, isOpen };
  }
}

/** Gives stream and time of rising offsets. */
function timesFrom(log: LogFile, offset: number) {
  let at = log.lastRecord((record) => record.offset <= offset);
  return (line: number): { stream: Stream; at: string | null } => {
    for (let next = log.record(at + 1); next && next.offset <= line; next = log.record(at + 1)) at += 1;
    const record = log.record(at);
    return {
      stream: record?.stream ?? 'stdout',
      at: record ? new Date(record.atMs).toISOString() : null,
    };
  };
}
