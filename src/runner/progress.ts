// The progress of a running attempt and its rate, published at most five times a second; the last state always is. Each is
// stored with all phases, so their names are cut.
import { shorten } from '../core/shorten.ts';
import type { Progress } from '../jobs/job.ts';
import type { ProgressMessage } from '../jobs/protocol.ts';

const everyMs = 200;
const rateWindowMs = 60_000;
/** The least distance of two samples: memory stays bounded however many messages a script sends. */
const sampleEveryMs = 500;
const minRateMs = 1000;
const maxPhases = 40;

type Sample = { at: number; done: number };

export function createProgressMeter(publish: (progress: Progress) => void, now: () => Date) {
  let samples: Sample[] = [];
  let phase: { name: string | null; startedAt: string } | null = null;
  const phases: Progress['phases'] = [];
  let newest: Progress | null = null;
  let timer: NodeJS.Timeout | null = null;
  let publishedAt = Number.NEGATIVE_INFINITY;

  function flush() {
    if (timer) clearTimeout(timer);
    timer = null;
    if (!newest) return;
    publishedAt = performance.now();
    const progress = newest;
    newest = null;
    publish(progress);
  }

  return {
    note(message: ProgressMessage) {
      const at = performance.now();
      const name = message.phase === undefined ? null : shorten(message.phase);
      if (!phase || phase.name !== name) {
        phase = { name, startedAt: now().toISOString() };
        if (name !== null && phases.length < maxPhases) phases.push({ name, started_at: phase.startedAt });
        samples = [];
      }
      const current = { at, done: message.done };
      if (at - (samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= sampleEveryMs) {
        samples = [...samples.filter((sample) => at - sample.at <= rateWindowMs), current];
      }
      newest = {
        done: message.done,
        total: message.total ?? null,
        phase: name,
        note: message.note === undefined ? null : shorten(message.note),
        rate: measureRate(samples[0], current),
        phase_started_at: phase.startedAt,
        phases: [...phases],
        updated_at: now().toISOString(),
      };
      const wait = publishedAt + everyMs - at;
      if (wait <= 0) flush();
      else timer ??= setTimeout(flush, wait);
    },
    flush,
  };
}

function measureRate(first: Sample | undefined, last: Sample): number | null {
  if (!first || last.at - first.at < minRateMs) return null;
  return Math.max(0, ((last.done - first.done) / (last.at - first.at)) * 1000);
}
