// `npm run migration -- --config drizzle.config.ts` for ops.db; with CHL_SCHEMA=library for chl.db.
import { defineConfig } from 'drizzle-kit';

const name = process.env.CHL_SCHEMA ?? 'ops';

const schemas: Record<string, string[]> = {
  ops: ['ops', 'control', 'source', 'time', 'storage', 'activity', 'status', 'outward'].map(
    (name) => `./src/core/db/${name}-schema.ts`,
  ),
  library: ['./src/core/db/library-schema.ts'],
};

export default defineConfig({
  dialect: 'sqlite',
  schema: schemas[name] ?? [],
  out: `./migrations/${name}`,
});
