import type { FastifyInstance } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { TelemetryContext } from '../parts.ts';
import {
  closedSchema,
  integerSchema,
  nullable,
  objectSchema,
  refusals,
  textSchema,
  timeSchema,
} from '../../core/schemas.ts';
import { type MetricName, metricNames, metrics, type Sample } from '../../core/db/metrics.ts';

type SamplesQuery = { metric: string; since?: string; until?: string };

const nullableNumber = nullable('number');

const snapshotSchema = {
  summary: 'The latest sample, and the results of recent jobs.',
  response: {
    200: objectSchema({
      at: nullable('string'),
      interval_sec: { type: 'number' },
      metrics: objectSchema(
        Object.fromEntries(
          metricNames.map((name) => [name, { ...nullableNumber, description: describe(name) }]),
        ),
      ),
      jobs_last_24_h: objectSchema({
        succeeded: integerSchema,
        failed: integerSchema,
        cancelled: integerSchema,
      }),
      operations: {
        type: 'array',
        items: {
          type: 'object',
          description:
            'Of the last 100 ended runs; durations of the successful ones that did real work. Those of the last 20 are in /api/v1/activity.',
          properties: {
            operation: textSchema,
            runs: integerSchema,
            success_rate: nullableNumber,
            duration_p50_sec: nullableNumber,
            duration_p95_sec: nullableNumber,
          },
        },
      },
    }),
    ...refusals,
  },
};

const samplesSchema = {
  summary: 'One metric over a time range, in steps.',
  querystring: closedSchema(
    {
      metric: {
        type: 'string',
        minLength: 1,
        maxLength: 80,
        description: `One of ${metricNames.join(', ')}.`,
      },
      since: { ...timeSchema, description: 'Default: an hour before until.' },
      until: { ...timeSchema, description: 'Default: now.' },
    },
    ['metric'],
  ),
  response: {
    200: objectSchema({
      metric: textSchema,
      unit: textSchema,
      about: textSchema,
      since: textSchema,
      until: textSchema,
      step_sec: integerSchema,
      points: {
        type: 'array',
        description:
          'At most 1000. A step without a sample is omitted. The value of a metric that counts events is the sum of the step.',
        items: objectSchema({
          at: textSchema,
          value: { type: 'number' },
          min: nullableNumber,
          max: nullableNumber,
        }),
      },
    }),
    ...refusals,
  },
};

export function registerTelemetryApi(
  app: FastifyInstance,
  { telemetry, catalogue, config }: Pick<TelemetryContext, 'telemetry' | 'catalogue' | 'config'>,
) {
  app.get('/api/v1/telemetry/snapshot', { schema: snapshotSchema }, () => {
    const latest = telemetry.latest();
    return {
      at: latest && toIso(latest.at),
      interval_sec: config.telemetryIntervalMs / 1000,
      metrics: Object.fromEntries(metricNames.map((name) => [name, latest?.[name] ?? null])),
      jobs_last_24_h: telemetry.jobs.lastDay(),
      operations: catalogue.all().map(({ name }) => telemetry.jobs.operation(name)),
    };
  });

  app.get<{ Querystring: SamplesQuery }>(
    '/api/v1/telemetry/samples',
    { schema: samplesSchema },
    (request) => {
      const { metric, since, until } = request.query;
      const series = telemetry.series(metric, readTime('since', since), readTime('until', until));
      const { unit, about } = metrics[series.metric];
      return {
        metric,
        unit,
        about,
        since: toIso(series.from),
        until: toIso(series.until),
        step_sec: series.stepSec,
        points: series.points.map((point) => ({ ...point, at: toIso(point.at) })),
      };
    },
  );
}

function describe(name: MetricName): string {
  const { about, unit, fold } = metrics[name];
  return `${about} In ${unit}${fold === 'count' ? ', since the previous sample' : ''}.`;
}

function toIso(at: Sample['at']): string {
  return new Date(at * 1000).toISOString();
}

function readTime(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  const message = `${field}: ${text} is not a time. Write it like 2026-11-22T14:00:00Z.`;
  throw new AppError('invalid_arguments', message, { problems: [{ field, message }] });
}
