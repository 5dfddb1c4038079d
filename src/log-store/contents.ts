// The contents of log.db: how each kind is written, and what can be asked. A new kind is a line in `writers`, a new question a
// line in `questions`; both run in the thread of the log store and take the database first.
import type { Db } from '../core/db/open.ts';
import { addLines, lineRange, linesOf, lineTime } from './line-repository.ts';
import { addRequestStats, requestCounts, requestStats } from './request-stat-repository.ts';
import { addStatements, countsOfStatement, slowStatements } from './statement-repository.ts';
import { addTraces, findTrace, listTraces } from './trace-repository.ts';

export const writers = {
  lines: addLines,
  requestStats: addRequestStats,
  statements: addStatements,
  traces: addTraces,
} satisfies Record<string, (db: Db, items: never[]) => void>;

export const questions = {
  lineRange,
  lineTime,
  linesOf,
  requestCounts,
  requestStats,
  countsOfStatement,
  slowStatements,
  trace: findTrace,
  traces: listTraces,
} satisfies Record<string, (db: Db, given: never) => unknown>;

type Writers = typeof writers;
type Questions = typeof questions;
export type Kind = keyof Writers;
export type Item<Name extends Kind> = Parameters<Writers[Name]>[1][number];
export type Batch = { [Name in Kind]?: Item<Name>[] };
export type QuestionName = keyof Questions;
export type Given<Name extends QuestionName> = Parameters<Questions[Name]>[1];
export type Answer<Name extends QuestionName> = ReturnType<Questions[Name]>;
