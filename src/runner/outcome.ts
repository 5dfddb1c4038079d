// Decides how an attempt ended. The first cause wins, but work that is recorded as applied has succeeded.
import { type Failure, type FailureCode, failureOf, type LeftProcess } from '../jobs/job.ts';
import type { Ending } from '../jobs/repository-moves.ts';
import { plural } from '../core/format.ts';
import { exitCodes } from '../jobs/protocol.ts';
import type { ChildExit } from './child.ts';
import { lastLineOf, type Received } from './lines.ts';

/** Why the server ended an attempt. `server_fault`: an error of the server itself, e.g. a full disk. */
export type Cause = 'cancelled' | 'timed_out' | 'shutdown' | 'server_fault';

export type AttemptFacts = Received & {
  cause: Cause | null;
  /** A sentence for people, or the message of an unknown error. */
  fault: string | null;
  /** Details of a known fault, such as a damaged database. */
  faultDetail?: Failure['detail'];
  exit: ChildExit;
  /** The result that the changed database or index has recorded for this attempt. */
  applied: Record<string, unknown> | null;
  left: LeftProcess[];
  stderrTail: string;
  limitSec: number;
  /** Where that limit is set. */
  limitSetting: string;
};

/** A failure that `isTemporary` may be retried. */
export type Outcome = Ending & { isTemporary: boolean };

export function decideOutcome(facts: AttemptFacts): Outcome {
  const { cause, exit } = facts;
  if (facts.applied) return { status: 'succeeded', result: facts.applied, isTemporary: false };
  if (cause === 'cancelled') {
    return { status: 'cancelled', failure: survivorFailure(facts), isTemporary: false };
  }
  if (cause === 'timed_out') {
    return failed(
      facts,
      'timed_out',
      `Stopped at its time limit of ${facts.limitSec} s (${facts.limitSetting}).`,
    );
  }
  if (cause === 'shutdown') {
    return failed(facts, 'shutdown', 'The server was stopped while this job ran.');
  }
  if (cause === 'server_fault') {
    const fault = `${facts.fault}`.replace(/\.?$/, '.');
    return failed(facts, 'lost', `${fault} The server could not record the end of this job.`);
  }
  if (exit.code === 0 && facts.firstBad) return failed(facts, 'bad_output', describeBad(facts));
  if (exit.code === 0) return { status: 'succeeded', result: facts.result, isTemporary: false };
  const unread = facts.firstBad ? `\n${describeBad(facts)}` : '';
  if (exit.code === exitCodes.badInput) {
    return failed(facts, 'bad_input', `The input is not valid. The log has the details.${unread}`);
  }
  if (exit.signal) return failed(facts, 'signalled', `The script was killed by ${exit.signal} from outside.`);
  const line = lastLineOf(facts.stderrTail);
  const message = line ? `${line} (exit code ${exit.code})` : `The script ended with exit code ${exit.code}.`;
  return {
    ...failed(facts, 'exited', `${message}${unread}`),
    isTemporary: exit.code === exitCodes.temporary,
  };
}

/** `Line 3 that the script sent on descriptor 3 is not JSON: …. 2 lines could not be read.` */
function describeBad({ firstBad, badMessages }: AttemptFacts): string {
  const first = `Line ${firstBad?.line} that the script sent on descriptor 3 ${firstBad?.cause}.`;
  return badMessages > 1 ? `${first} ${plural(badMessages, 'line')} could not be read.` : first;
}

/** The outcome of a script that could not be started. */
export function spawnFailure(message: string): Outcome {
  const failure = failureOf('spawn_failed', `The script could not be started: ${message}`);
  return { status: 'failed', failure, isTemporary: false };
}

function failed(facts: AttemptFacts, code: FailureCode, message: string): Outcome {
  const survivors = survivorsOf(facts);
  const reported = code === 'exited' || code === 'bad_input' ? facts.failure : null;
  const detail = (code === 'lost' ? facts.faultDetail : reported?.detail) ?? null;
  const failure: Failure = {
    code,
    message: reported?.message ?? message,
    detail: survivors.length > 0 ? { ...detail, survivors } : detail,
    stderr_tail: facts.stderrTail || null,
  };
  return { status: 'failed', failure, isTemporary: false };
}

/** A cancelled job has no failure unless a process survived, which is named. */
function survivorFailure(facts: AttemptFacts): Failure | null {
  const survivors = survivorsOf(facts);
  if (survivors.length === 0) return null;
  return {
    code: 'signalled',
    message: `Cancelled, but ${survivors.length} of its processes could not be killed: pid ${survivors.join(', ')}.`,
    detail: { survivors },
    stderr_tail: facts.stderrTail || null,
  };
}

function survivorsOf({ left }: AttemptFacts): number[] {
  return left.flatMap(({ pid, fate }) => (fate === 'running' ? [pid] : []));
}
