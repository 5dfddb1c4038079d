import type { FastifyInstance } from 'fastify';
import { integerSchema, nullable, objectSchema, refusals, textSchema } from '../../core/schemas.ts';
import type { DiskContext } from '../parts.ts';

const isTrue = { type: 'boolean' };
const growthSchema = {
  ...objectSchema({ bytes_per_day: { type: 'number' }, days: { type: 'number' } }),
  type: ['object', 'null'],
};

const schema = {
  summary: 'The use of the disk by the parts of the data, and when it will be full.',
  description:
    'Measured every hour and after jobs. Figures are null until the first measurement. `full_by` is `growth` when the growth of the data fills the disk, and `free-space` when all programs together fill it sooner.',
  response: {
    200: objectSchema({
      measured_at: nullable('string'),
      used_bytes: nullable('integer'),
      free_bytes: nullable('integer'),
      total_bytes: nullable('integer'),
      is_partial: isTrue,
      parts: {
        type: 'array',
        items: objectSchema({
          name: textSchema,
          title: textSchema,
          bytes: integerSchema,
          is_elsewhere: isTrue,
        }),
      },
      growth: growthSchema,
      full_in_days: nullable('number'),
      full_by: nullable('string'),
      days: {
        type: 'array',
        items: objectSchema({ day: textSchema, part: textSchema, bytes: integerSchema }),
      },
    }),
    ...refusals,
  },
};

export function registerDiskApi(app: FastifyInstance, { diskUse }: Pick<DiskContext, 'diskUse'>) {
  app.get('/api/v1/disk', { schema }, async () => {
    const { growth, forecast, ...use } = (await diskUse.measured()) ?? nothing;
    return {
      ...use,
      growth: growth && { bytes_per_day: Math.round(growth.bytesPerDay), days: growth.days },
      full_in_days: forecast && Math.round(forecast.days * 10) / 10,
      full_by: forecast?.by ?? null,
      days: diskUse.days(),
    };
  });
}

const nothing = {
  measured_at: null,
  used_bytes: null,
  free_bytes: null,
  total_bytes: null,
  is_partial: false,
  parts: [],
  growth: null,
  forecast: null,
};
