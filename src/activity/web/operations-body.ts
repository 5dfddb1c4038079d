import { integerSchema, nullable, objectSchema, textSchema } from '../../core/schemas.ts';
import type { ActivityContext } from '../parts.ts';

export const operationsSchema = {
  type: 'array',
  description:
    'The operations that have ended a run, with figures of their last 20 runs. Those of the last 100 are in /api/v1/telemetry/snapshot.',
  items: objectSchema({
    operation: textSchema,
    runs: integerSchema,
    succeeded: integerSchema,
    failed: integerSchema,
    cancelled: integerSchema,
    p50_sec: { ...nullable('number'), description: 'Of successful runs that did real work.' },
    p95_sec: nullable('number'),
    cpu_p50_sec: nullable('number'),
    peak_rss_bytes: nullable('integer'),
    documents: {
      ...nullable('integer'),
      description: 'The entries that the newest successful run had, or the rows that it has reported.',
    },
  }),
};

export function operationsBody({ operationRuns }: Pick<ActivityContext, 'operationRuns'>) {
  return operationRuns().map(({ operation, figures }) => ({ operation, ...figures }));
}
