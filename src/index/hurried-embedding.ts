// Embeds the texts of searches within a person's patience: an embedding that is late, or a service that has just failed, is not
// waited for where words can answer.
import { formatDuration } from '../core/format.ts';
import { inTime } from '../core/in-time.ts';
import { EmbeddingOutage, ModelChange } from '../embedding/embedder.ts';

type Embed = () => Promise<Float32Array>;

type Given = { maxMs: number; pauseMs: number; now?: () => number };

/** `hurried` throws an outage after `maxMs`, and for `pauseMs` after each outage of the service. `patient` waits as long as the
 *  embedder does. */
export function createHurriedEmbedding({ maxMs, pauseMs, now = () => performance.now() }: Given) {
  let outage: { error: EmbeddingOutage; until: number } | null = null;
  const isOfService = (error: EmbeddingOutage) => error.reason !== 'text' && !(error instanceof ModelChange);
  const note = (error: EmbeddingOutage) => {
    outage = { error, until: now() + pauseMs };
    return error;
  };

  return { patient, hurried };

  /** Ends the pause when the service answers, also late. */
  async function patient(embed: Embed): Promise<Float32Array> {
    try {
      const vector = await embed();
      outage = null;
      return vector;
    } catch (error) {
      if (error instanceof EmbeddingOutage && isOfService(error)) note(error);
      throw error;
    }
  }

  async function hurried(embed: Embed): Promise<Float32Array> {
    if (outage && now() < outage.until) throw outage.error;
    const vector = await inTime(patient(embed), maxMs);
    if (vector) return vector;
    throw note(new EmbeddingOutage(`it has not answered within ${formatDuration(maxMs / 1000)}.`));
  }
}
