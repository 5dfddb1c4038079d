// `npm run migration -- --config drizzle.config.ts` for ops.db; with CHL_SCHEMA=library for chl.db.
import { defineConfig } from 'drizzle-kit';

const name = process.env.CHL_SCHEMA ?? 'ops';

export default defineConfig({
  dialect: 'sqlite',
  schema: `./src/core/db/${name}-schema.ts`,
  out: `./migrations/${name}`,
});
