// A command of `npm run chl`. Help and dispatch derive from its declaration.
import type { Config } from '../config.ts';
import type { Db } from '../db/open.ts';
import type { CreateHoldBack } from '../hold-back.ts';
import type { Log } from '../log.ts';
import type { Args } from '../operation.ts';
import { type Flags, switchFlag } from './flags.ts';
import type { Screen } from './screen.ts';

/** The API of the server that holds the data root, or of an engine in this process. */
export type Client = {
  /** No server runs: this process runs the jobs that it starts, and no others. */
  isByHand: boolean;
  /** Throws an error of the API as `AppError`, and `temporary` when the server does not answer. */
  get<Body>(path: string): Promise<Body>;
  post<Body>(path: string, body: Record<string, unknown>): Promise<Body>;
  put<Body>(path: string, body: Record<string, unknown>): Promise<Body>;
  /** Sends a form with these files of this machine, each in the field `file`. */
  upload<Body>(path: string, files: string[]): Promise<Body>;
  delete(path: string, body?: Record<string, unknown>): Promise<void>;
  /** Part of the log: its bytes and their offset. */
  log(number: number, offset: number): Promise<{ bytes: Buffer; offset: number }>;
  /** Starts an accepted job when this process runs it. */
  release(job: { job_id: string }): void;
  close(): Promise<void>;
};

/** Every command prints JSON on request. */
export const withJson = (flags: Flags = {}): Flags => ({ ...flags, json: switchFlag('Print JSON') });

/** `values` of the flags by name; `rest`: the words that are neither flags nor the verb; `name`: the first of them, or empty. */
export type Given = { values: Args; rest: string[]; name: string };

/** Parts of later features for a command that works on ops.db itself. `openOps` brings it to this version. */
export type Local = { createHoldBack: CreateHoldBack; openOps(config: Config, log: Log): Promise<Db> };

/** Prints the outcome, and returns the exit code. */
type Action =
  | {
      /** Calls the API. */
      run(client: Client, given: Given, screen: Screen): Promise<number>;
    }
  | {
      /** Works on the data itself, whether or not a server runs, and asks the hold-back before a change, as the server does. */
      runHere(given: Given, screen: Screen, local: Local): Promise<number>;
    };

/** `names`: the kind of thing that the word after the verb must name, such as `a schedule`. `listedBy`: the verb that lists them
 *  where it is not `list`. */
export type Verb = Action & { names?: string; listedBy?: string };

export type Command = {
  name: string;
  /** An example argument, such as `412`. */
  example?: string;
  summary: string;
  /** Besides `--json`. */
  flags?: Flags;
  /** How many words besides flags it accepts. */
  wordsMax?: number;
} & (Action | { verbs: Record<string, Verb> });
