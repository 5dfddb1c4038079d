// A backup as the API gives it.
import type { Backup } from '../../backup-store/backup.ts';
import {
  anyObjectOrNullSchema,
  integerSchema,
  listSchema,
  nullable,
  objectSchema,
  textSchema,
} from '../../core/schemas.ts';
import type { BackupsContext } from '../parts.ts';
import { readSet } from '../read-set.ts';

const flag = { type: 'boolean' } as const;

const stepSchema = objectSchema({
  name: textSchema,
  text: textSchema,
  outcome: { type: 'string', enum: ['ok', 'failed', 'not_reached'] },
  ms: nullable('integer'),
});

const fields = {
  id: textSchema,
  job: nullable('integer'),
  at: textSchema,
  kind: { type: 'string', enum: ['full', 'before_import', 'before_update'] },
  bytes: integerSchema,
  sha256: { ...nullable('string'), description: 'Of manifest.json.' },
  proof: { type: 'string', enum: ['none', 'proven', 'failed', 'inconclusive'] },
  proof_job: nullable('integer'),
  proof_at: nullable('string'),
  proof_text: nullable('string'),
  proof_steps: { type: 'array', items: stepSchema },
  note: nullable('string'),
  is_kept: flag,
};

export const backupSchema = objectSchema({
  ...fields,
  manifest: { ...anyObjectOrNullSchema, description: 'As its file says; null when there is none.' },
  problem: { ...nullable('string'), description: 'Why the manifest cannot be read.' },
  why_kept: { ...nullable('string'), description: 'Why it cannot be deleted now.' },
});

const scheduledSchema = {
  ...objectSchema({ schedule: textSchema, at: textSchema }),
  type: ['object', 'null'],
};

export const backupListSchema = listSchema(objectSchema(fields), {
  sets: integerSchema,
  bytes: integerSchema,
  newest: nullable('string'),
  newest_proven: nullable('string'),
  next_backup: scheduledSchema,
  next_test: scheduledSchema,
});

export function listedBody({ gone_at: _gone, ...backup }: Backup) {
  return backup;
}

export async function backupBody(ctx: Pick<BackupsContext, 'setReader' | 'whyKept'>, backup: Backup) {
  const { manifest, problem } = await readSet(ctx, backup);
  return { ...listedBody(backup), manifest, problem, why_kept: ctx.whyKept(backup)?.message ?? null };
}
