import t from 'tap';
import { type AttemptFacts, decideOutcome } from '../../src/runner/outcome.ts';

const facts = (some: Partial<AttemptFacts> = {}): AttemptFacts => ({
  cause: null,
  fault: null,
  exit: { code: 0, signal: null },
  result: null,
  failure: null,
  statements: [],
  badMessages: 0,
  firstBad: null,
  applied: null,
  left: [],
  stderrTail: '',
  limitSec: 900,
  limitSetting: 'CHL_OPERATIONS_TIMEOUT_SEC',
  ...some,
});
const survivor = (pid: number) => ({ pid, name: 'daemon', fate: 'running' as const });
const exit = (code: number) => ({ code, signal: null });
const killed = { code: null, signal: 'SIGKILL' } as const;
const reported = { message: 'The sheet is on fire.', detail: { row: 7 } };

/** Status, code, message and whether it may be retried. */
function outcomeOf(some: Partial<AttemptFacts>) {
  const { status, failure, isTemporary } = decideOutcome(facts(some));
  return [status, failure?.code ?? null, failure?.message ?? null, isTemporary];
}

t.test('exit 0 succeeds with the result, if there is one', async (t) => {
  t.same(decideOutcome(facts({ result: { n: 1 } })), {
    status: 'succeeded',
    result: { n: 1 },
    isTemporary: false,
  });
  t.same(decideOutcome(facts()), { status: 'succeeded', result: null, isTemporary: false });
});

t.test('each end has its code and message', async (t) => {
  t.same(outcomeOf({ exit: exit(65) }), [
    'failed',
    'bad_input',
    'The input is not valid. The log has the details.',
    false,
  ]);
  t.same(outcomeOf({ exit: exit(75) }), ['failed', 'exited', 'The script ended with exit code 75.', true]);
  t.same(outcomeOf({ exit: exit(1) }), ['failed', 'exited', 'The script ended with exit code 1.', false]);
  const stderrTail = 'Traceback\n  at row 7\nValueError: no title\n';
  t.same(outcomeOf({ exit: exit(1), stderrTail })[2], 'ValueError: no title (exit code 1)');
  t.same(outcomeOf({ exit: killed }), [
    'failed',
    'signalled',
    'The script was killed by SIGKILL from outside.',
    false,
  ]);
  t.same(outcomeOf({ cause: 'timed_out', exit: killed }), [
    'failed',
    'timed_out',
    'Stopped at its time limit of 900 s (CHL_OPERATIONS_TIMEOUT_SEC).',
    false,
  ]);
  t.same(outcomeOf({ cause: 'shutdown', exit: killed }), [
    'failed',
    'shutdown',
    'The server was stopped while this job ran.',
    false,
  ]);
  t.same(outcomeOf({ badMessages: 1, firstBad: { line: 3, cause: 'is not JSON: Unexpected end' } }), [
    'failed',
    'bad_output',
    'Line 3 that the script sent on descriptor 3 is not JSON: Unexpected end.',
    false,
  ]);
  const unread = { badMessages: 2, firstBad: { line: 1, cause: 'is not in UTF-8' } };
  const tellsUnread =
    'Line 1 that the script sent on descriptor 3 is not in UTF-8. 2 lines could not be read.';
  t.same(
    outcomeOf({ ...unread, exit: exit(1), stderrTail })[2],
    `ValueError: no title (exit code 1)\n${tellsUnread}`,
  );
  t.same(
    outcomeOf({ ...unread, exit: exit(65) })[2],
    `The input is not valid. The log has the details.\n${tellsUnread}`,
  );
  t.same(outcomeOf({ ...unread, exit: exit(65), failure: reported })[2], reported.message);
  t.same(outcomeOf({ cause: 'server_fault', fault: 'ENOSPC: no space left', exit: killed }), [
    'failed',
    'lost',
    'ENOSPC: no space left. The server could not record the end of this job.',
    false,
  ]);
});

t.test('the message of the script is used when it ended by itself', async (t) => {
  t.match(decideOutcome(facts({ exit: exit(3), failure: reported })), {
    failure: { code: 'exited', message: reported.message, detail: reported.detail },
  });
  t.match(decideOutcome(facts({ exit: exit(65), failure: reported })), {
    failure: { code: 'bad_input', message: reported.message },
  });
  t.match(decideOutcome(facts({ exit: exit(75), failure: reported })), {
    isTemporary: true,
    failure: { message: reported.message },
  });
  t.notMatch(decideOutcome(facts({ exit: killed, failure: reported })).failure?.message, reported.message);
  t.notMatch(
    decideOutcome(facts({ cause: 'timed_out', exit: exit(1), failure: reported })).failure?.message,
    reported.message,
  );
});

t.test('the first cause wins over the way the process ended', async (t) => {
  for (const way of [
    exit(0),
    exit(1),
    exit(65),
    exit(75),
    killed,
    { code: null, signal: 'SIGTERM' } as const,
  ]) {
    t.same(
      outcomeOf({ cause: 'cancelled', exit: way }),
      ['cancelled', null, null, false],
      JSON.stringify(way),
    );
    t.equal(outcomeOf({ cause: 'timed_out', exit: way })[1], 'timed_out');
    t.equal(outcomeOf({ cause: 'shutdown', exit: way })[1], 'shutdown');
    t.equal(outcomeOf({ cause: 'server_fault', fault: 'x', exit: way })[1], 'lost');
  }
});

t.test('applied work has succeeded, whatever came after', async (t) => {
  const applied = { added: 3 };
  for (const cause of ['cancelled', 'timed_out', 'shutdown', 'server_fault', null] as const) {
    for (const way of [exit(0), exit(75), killed]) {
      const outcome = decideOutcome(
        facts({ applied, cause, exit: way, badMessages: 2, result: { other: 1 } }),
      );
      t.same(outcome, { status: 'succeeded', result: applied, isTemporary: false });
    }
  }
});

t.test('messages that could not be read do not hide another failure', async (t) => {
  t.equal(outcomeOf({ badMessages: 3, exit: exit(65) })[1], 'bad_input');
  t.equal(outcomeOf({ badMessages: 3, exit: exit(75) })[3], true);
});

t.test('a failure keeps the end of stderr and names surviving processes', async (t) => {
  t.match(decideOutcome(facts({ exit: exit(1), stderrTail: 'boom\n' })), {
    failure: { stderr_tail: 'boom\n' },
  });
  t.match(decideOutcome(facts({ exit: exit(1) })), { failure: { stderr_tail: null, detail: null } });
  t.match(decideOutcome(facts({ cause: 'timed_out', exit: killed, left: [survivor(7), survivor(8)] })), {
    failure: { detail: { survivors: [7, 8] } },
  });
  t.match(decideOutcome(facts({ cause: 'cancelled', exit: killed, left: [survivor(7)] })), {
    status: 'cancelled',
    failure: {
      code: 'signalled',
      message: /1 of its processes could not be killed: pid 7/,
      detail: { survivors: [7] },
    },
  });
});
