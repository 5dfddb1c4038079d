// The tables of log.db. Its content is observed, never decided, so a file of another version is made again instead of
// migrated. Times are milliseconds since 1970.
import { createHash } from 'node:crypto';
import { levels } from './line.ts';

export const logSchema = `
CREATE TABLE file (made_at INTEGER NOT NULL, lines INTEGER NOT NULL DEFAULT 0);

CREATE TABLE line (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  level INTEGER NOT NULL,
  text TEXT NOT NULL,
  request_id TEXT,
  job INTEGER,
  route TEXT,
  fields TEXT
);
CREATE INDEX line_at ON line (at);
CREATE INDEX line_request ON line (request_id, id) WHERE request_id IS NOT NULL;
CREATE INDEX line_job ON line (job, id) WHERE job IS NOT NULL;
CREATE INDEX line_error ON line (id) WHERE level >= ${levels.error};

CREATE TABLE request_stat (
  span INTEGER NOT NULL,
  at INTEGER NOT NULL,
  method TEXT NOT NULL,
  route TEXT NOT NULL,
  kind TEXT NOT NULL,
  class INTEGER NOT NULL,
  n INTEGER NOT NULL,
  sum_ms REAL NOT NULL,
  max_ms REAL NOT NULL,
  buckets TEXT NOT NULL,
  PRIMARY KEY (span, at, method, route, kind, class)
) WITHOUT ROWID;

CREATE TABLE trace (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  method TEXT,
  route TEXT NOT NULL,
  address TEXT,
  status INTEGER,
  ms REAL NOT NULL,
  kept TEXT NOT NULL,
  is_traced INTEGER NOT NULL,
  left_out INTEGER NOT NULL,
  trace_id TEXT,
  parent_id TEXT,
  actor TEXT,
  bytes INTEGER,
  job INTEGER
) WITHOUT ROWID;
CREATE INDEX trace_at ON trace (at);
CREATE INDEX trace_route ON trace (route, at);
CREATE INDEX trace_bad ON trace (at) WHERE kept IN ('slow', 'failed');

CREATE TABLE span (
  trace TEXT NOT NULL,
  n INTEGER NOT NULL,
  parent INTEGER,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  start_us INTEGER NOT NULL,
  us INTEGER NOT NULL,
  rows INTEGER,
  calls INTEGER NOT NULL,
  PRIMARY KEY (trace, n)
) WITHOUT ROWID;

CREATE TABLE statement (
  hash TEXT PRIMARY KEY,
  database TEXT NOT NULL,
  text TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE statement_stat (
  hash TEXT NOT NULL,
  hour INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  total_us INTEGER NOT NULL,
  max_us INTEGER NOT NULL,
  slow INTEGER NOT NULL,
  PRIMARY KEY (hash, hour)
) WITHOUT ROWID;
CREATE INDEX statement_hour ON statement_stat (hour);
`;

/** Differs with each change of the tables. */
export const logSchemaVersion = createHash('sha256').update(logSchema).digest().readUInt32BE() >>> 1;
