// Identifies the sender of a request. The feature `access` knows tokens and sessions; the server asks it before each request.
import type { Role } from './role.ts';

export type Identity = {
  /** The token's name, or the user of this machine while no token is required. */
  name: string;
  role: Role;
  /** `open`: no token is required. */
  by: 'open' | 'bearer' | 'session';
};

/** The credentials that a request carries; null for those that it lacks. */
export type Credentials = { bearer: string | null; session: string | null; peer: string };

export type Authenticate = {
  /** Whether requests need a token. */
  isRequired(): boolean;
  /** Throws `unauthorized`, and `too_many_attempts` after several wrong tokens from one peer. */
  identify(given: Credentials): Identity;
  /** The role that credentials have now, for a request that goes on; null once they are not valid. Counts no attempt. */
  roleOf(given: Credentials): Role | null;
};
