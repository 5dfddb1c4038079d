import type { FastifyInstance } from 'fastify';
import { closedSchema, integerSchema, objectAnswer, textSchema } from '../../core/schemas.ts';
import { filterFields, type FilterQuery, readFilter } from '../../jobs/job-query.ts';
import { maxBulkJobs } from '../../jobs/listing.ts';
import { requester } from '../../web/requester.ts';
import { type BulkAction, type BulkRun, bulkActions, bulkOutcomes } from '../bulk.ts';
import { bulkAction } from '../actions.ts';
import type { BulkContext } from '../parts.ts';

type BulkBody = {
  action: BulkAction;
  jobs?: (number | string)[];
  filter?: FilterQuery;
};
/** Either `jobs` (numbers or ids) or `filter` (all matching jobs). */
const bulkBody = {
  type: 'object',
  additionalProperties: false,
  required: ['action'],
  oneOf: [{ required: ['jobs'] }, { required: ['filter'] }],
  properties: {
    action: { type: 'string', enum: bulkActions },
    jobs: {
      type: 'array',
      minItems: 1,
      maxItems: maxBulkJobs,
      items: { anyOf: [integerSchema, textSchema] },
    },
    filter: closedSchema(filterFields),
  },
} as const;

export function registerBulkApi(app: FastifyInstance, ctx: BulkContext) {
  const { jobs, bulk, listing } = ctx;

  app.post<{ Body: BulkBody }>(
    '/api/v1/operations/jobs/bulk',
    {
      schema: {
        ...objectAnswer,
        summary:
          'Retries, cancels or removes many jobs: those listed, or for retry and cancel all that match.',
        body: bulkBody,
      },
      config: { action: bulkAction },
    },
    async (request) => {
      const { action, jobs: named, filter } = request.body;
      const numbers = await bulk.choose(
        action,
        filter
          ? { filter: readFilter(ctx, filter), upTo: listing.newestNumber() }
          : { numbers: (named ?? []).map((id) => jobs.find(String(id)).number) },
      );
      const { run, finished } = await bulk.start(action, numbers, requester(request));
      await finished;
      return bulkAnswer(run);
    },
  );
}

function bulkAnswer({ action, total, items }: BulkRun) {
  const counts = bulkOutcomes.map((name) => [name, items.filter(({ outcome }) => outcome === name).length]);
  return {
    action,
    total,
    ...Object.fromEntries(counts),
    items: items.map(({ number, outcome, message, newJob }) => ({
      number,
      outcome,
      message,
      new_number: newJob,
    })),
  };
}
