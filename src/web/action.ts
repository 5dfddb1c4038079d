// An action is what an unsafe route (POST, PUT, DELETE) does. Every such route declares one in its `config`; the guard reads
// it before the body is read.
import type { Role } from '../core/role.ts';

/** `anyone`: also without a token, to sign in and out. */
export type LeastRole = Role | 'anyone';

/** 0: at once. 1: a dialog asks first. 2: some of its arguments need a reason and a typed word, which the domain requires. It
 *  describes the action: no guard reads it; test/web/actions.test.ts holds it true. */
type Tier = 0 | 1 | 2;

export type Action = {
  /** The event of its audit row, e.g. `workers.pause`. Routes with the same name are one action. */
  name: string;
  /** The event of its refusals; absent: `name`. */
  refused?: string;
  /** The least role for any arguments; the domain may refuse some arguments to it. */
  role: LeastRole;
  tier: Tier;
  /** The subject of the change; `browser`: only cookies of the browser, or what it shows, so it leaves no audit row. */
  changes: Changes;
  /** The target of its audit rows while the domain has not read the request, e.g. `workers`, or of the record that the
   *  parameters of the address name; absent: the address. */
  target?: string | ((...named: string[]) => string);
  /** Stays possible while maintenance makes the server read-only. */
  allowedInReadOnly?: true;
};

const changes = [
  'access',
  'backups',
  'browser',
  'caches',
  'costs',
  'credentials',
  'databases',
  'documents',
  'errors',
  'findings',
  'flags',
  'incidents',
  'index',
  'jobs',
  'library',
  'maintenance',
  'objectives',
  'queue',
  'runs',
  'schedules',
  'settings',
  'sheets',
  'sources',
  'traces',
  'webhooks',
  'workers',
] as const;
type Changes = (typeof changes)[number];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Required for every unsafe route. */
    action?: Action;
    /** The least role of a route that only reads, if a viewer may not; `anyone`: also without a token. */
    reads?: LeastRole;
  }
}
