// A command of `npm run chl`: declared once by its feature; help and dispatch derive from it.
import type { Args } from '../operation.ts';
import type { Flags } from './flags.ts';
import type { Screen } from './screen.ts';

/** The way to the API: of the server that has the data root, or of an engine in this process. */
export type Client = {
  /** No server runs: this process runs the jobs it starts, and no others. */
  isByHand: boolean;
  /** Throws the refusal of the API as `AppError`, and `temporary` when the server does not answer. */
  get<Body>(path: string): Promise<Body>;
  post<Body>(path: string, body: Record<string, unknown>): Promise<Body>;
  /** A piece of the log: its bytes, and where they begin. */
  log(number: number, offset: number): Promise<{ bytes: Buffer; offset: number }>;
  /** Lets an accepted job start where this process runs it. */
  release(job: { job_id: string }): void;
  close(): Promise<void>;
};

export type Command = {
  name: string;
  /** What follows the name, as an example: `412`. */
  example?: string;
  summary: string;
  flags: Flags;
  /** How many words it takes that are no flags. */
  wordsMax?: number;
  /** Asks the API, says what came of it, and gives the exit code. */
  run(client: Client, given: { values: Args; rest: string[] }, screen: Screen): Promise<number>;
};
