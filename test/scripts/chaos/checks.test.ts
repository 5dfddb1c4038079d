// Plants each violation that the chaos suite looks for, and expects it to be detected.
import t from 'tap';
import { type AttemptLine, findMeetings } from '../../../scripts/chaos/attempts.ts';
import { findLogGap, findProblems } from '../../../scripts/chaos/checks.ts';
import { createMemory } from '../../../scripts/chaos/memory.ts';
import type { JobFacts, State } from '../../../scripts/chaos/repository.ts';

const sound = (): State => ({
  jobs: [job(1, 'succeeded'), job(2, 'running'), job(3, 'queued'), job(4, 'cancelled')],
  claims: [
    { job_id: 'id-2', held_at: 'now' },
    { job_id: 'id-3', held_at: null },
  ],
  audit: [
    ...[1, 2, 3, 4].map((number) => audit('job.accepted', number)),
    audit('job.finished', 1, 'succeeded'),
    audit('job.cancel', 4),
  ],
  applied: ['id-1'],
  experiences: 60,
  damage: [],
  brokenChain: [],
});

function job(number: number, status: JobFacts['status']): JobFacts {
  return { number, id: `id-${number}`, operation: 'chore', status, attempt: 1, cancel_requested_at: null };
}

function audit(event: string, number: number, status?: string) {
  const detail = status === undefined ? null : JSON.stringify({ status });
  return { event, target: `job:${number}`, detail, text: `${event} ${number} ${status}` };
}

t.test('a valid state has no problem', async (t) => {
  t.same(findProblems(sound(), [0, 60]), []);
});

t.test('each broken invariant of the stored state is a problem', async (t) => {
  const broken: [RegExp, (state: State) => void][] = [
    [/integrity_check/, (state) => state.damage.push('page 3 is never used')],
    [/audit log lacks row 3/, (state) => state.brokenChain.push('The audit log lacks row 3.')],
    [/61 experiences/, (state) => (state.experiences = 61)],
    [
      /claim of job id-1 is held, the job is succeeded/,
      (state) => state.claims.push({ job_id: 'id-1', held_at: 'now' }),
    ],
    [
      /claim of job id-9 is waiting, the job is missing/,
      (state) => state.claims.push({ job_id: 'id-9', held_at: null }),
    ],
    [/#2 is running and not in the lock queue/, (state) => state.claims.shift()],
    [/#3 is queued and not in the lock queue/, (state) => state.claims.pop()],
    [/#1 is succeeded; its ends/, (state) => state.audit.push(audit('job.recovered', 1, 'failed'))],
    [/#2 is running; its ends/, (state) => state.audit.push(audit('job.finished', 2, 'failed'))],
    [/#4 is cancelled; its ends/, (state) => state.audit.pop()],
    [/accepted 2 times/, (state) => state.audit.push(audit('job.accepted', 3))],
    [/#3 is queued, its work is applied/, (state) => state.applied.push('id-3')],
  ];
  for (const [words, breakIt] of broken) {
    const state = sound();
    breakIt(state);
    const problems = findProblems(state, [0, 60]);
    t.equal(problems.length, 1, problems.join('; '));
    t.match(problems[0], words);
  }
});

t.test('known state must not differ after a crash', async (t) => {
  const changed: [RegExp, (state: State) => void][] = [
    [/#3 was acknowledged and is lost/, (state) => state.jobs.splice(2, 1)],
    [/the cancel of job #2 is lost/, (state) => (state.jobs[1] = job(2, 'running'))],
    [/#1 was succeeded and is failed/, (state) => (state.jobs[0] = job(1, 'failed'))],
    [/#4 had ended and is lost/, (state) => state.jobs.pop()],
    [/the first 6 audit rows have changed/, (state) => state.audit.splice(1, 1)],
  ];
  for (const [words, change] of changed) {
    const memory = createMemory();
    memory.noteAccepted(3, 'id-3');
    memory.noteCancel(2);
    const state = sound();
    state.jobs[1] = { ...job(2, 'running'), cancel_requested_at: 'now' };
    memory.noteState(state);
    t.same(memory.problems, []);
    const later = structuredClone(state);
    later.audit.push(audit('job.accepted', 5));
    change(later);
    memory.noteState(later);
    t.match(memory.problems, [words]);
  }
});

t.test('a log may grow but keeps its beginning', async (t) => {
  const memory = createMemory();
  memory.noteLog(1, Buffer.from('1 a;\n'));
  memory.noteLog(1, Buffer.from('1 a;\n2 a;\n'));
  t.same(memory.problems, []);
  memory.noteLog(1, Buffer.from('1 a;\n'));
  t.match(memory.problems, [/the first 10 bytes of the log of job #1 have changed/]);
});

t.test('a missing, duplicate or torn line of a log is a problem', async (t) => {
  t.equal(findLogGap('\n1 a.1;\n2 a.1;\nsome words\n3 a.1;\n4 a.\n1 a.2;\n2 a.2;\n3 a'), null);
  t.match(findLogGap('1 a.1;\n3 a.1;\n'), /line 3 of a.1, where 2/);
  t.match(findLogGap('1 a.1;\n1 a.1;\n'), /line 1 of a.1, where 2/);
  t.match(findLogGap('1 a.1;\n2 a.1\n3 a.1;\n'), /line 3/);
  t.match(findLogGap('2 a.1;\n'), /line 2/);
});

t.test('children that overlap in spite of their locks are a problem', async (t) => {
  const line = (
    what: AttemptLine['what'],
    name: string,
    at: number,
    lock: AttemptLine['lock'],
  ): AttemptLine => ({
    what,
    at,
    lock,
    job: name,
    attempt: at,
    pid: name.charCodeAt(0),
    started: '1',
    bootId: 'boot',
  });
  const pair = (one: AttemptLine['lock'], other: AttemptLine['lock'], second = 'y') => [
    line('start', 'x', 1, one),
    { ...line('start', second, 2, other), pid: 7 },
    { ...line('end', 'x', 3, one), attempt: 1 },
  ];
  t.same(findMeetings(pair('a-shared', 'a-shared')), []);
  t.same(findMeetings(pair('a', 'b')), []);
  t.same(findMeetings(pair('none', 'none')), []);
  t.equal(findMeetings(pair('a', 'a')).length, 1);
  t.equal(findMeetings(pair('a-shared', 'a')).length, 1);
  t.equal(findMeetings(pair('none', 'none', 'x')).length, 1, 'two attempts of one job');
  t.match(findMeetings([{ ...line('meets', 'x', 1, 'a'), other: 'y.1, pid 7' }]), [
    /began while y.1, pid 7 was alive/,
  ]);
});
