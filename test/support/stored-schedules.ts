// Schedules and their due times, as tests add them.
import type { Schedule, Tick } from '../../src/schedule-store/schedule.ts';
import type { TestApp } from './app.ts';

/** Through the API. */
export async function putSchedule(
  app: Pick<TestApp, 'origin'>,
  name: string,
  given: Record<string, unknown>,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(`${app.origin}/api/v1/schedules/${name}`, {
    method: 'PUT',
    body: JSON.stringify(given),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: answer.status, body: (await answer.json()) as any };
}

/** Adds a due time that was decided. */
export function addTick({ parts }: TestApp, schedule: string, due: string, given: Partial<Tick> = {}) {
  const tick = {
    schedule,
    due_at: due,
    outcome: 'started' as const,
    why: null,
    code: null,
    job: null,
    decided_at: due,
  };
  parts.schedules.addTick({ ...tick, ...given });
}

export function storedSchedule({ parts }: TestApp, name: string): Schedule {
  const schedule = parts.schedules.find(name);
  if (schedule) return schedule;
  throw new Error(`there is no schedule ${name}`);
}
