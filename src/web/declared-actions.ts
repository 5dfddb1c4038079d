// The actions that the routes declare, collected as they are registered.
import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { roles } from '../core/role.ts';
import type { Action, LeastRole } from './action.ts';
import { isSafe } from './request-audit.ts';

export type DeclaredActions = ReturnType<typeof collectActions>;

/** Call before the first route. From then on, a route that changes something without an action, or declares it differently from
 *  the other routes of its action, but for its refusals, throws when it is registered, so that the server does not start. */
export function collectActions(app: FastifyInstance) {
  const actions = new Map<string, Action>();
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) {
      if (isSafe({ method: one })) continue;
      const route = `${one} ${url}`;
      if (!config?.action)
        throw new Error(`The route ${route} declares no \`config.action\`: see action.ts.`);
      add(config.action, route);
    }
  });

  return {
    /** The least role for a role itself, or for an action by its name. */
    leastRole(roleOrAction: string): LeastRole {
      const role = roles.find((one) => one === roleOrAction) ?? actions.get(roleOrAction)?.role;
      if (role) return role;
      throw new Error(`No route declares the action ${roleOrAction}.`);
    },

    /** Whether an action stays possible while maintenance makes the server read-only; false for a role. */
    isAllowedInReadOnly: (roleOrAction: string): boolean =>
      actions.get(roleOrAction)?.allowedInReadOnly === true,
  };

  function add(action: Action, route: string) {
    const known = actions.get(action.name);
    if (known && !isDeepStrictEqual({ ...known, ...ofRefusals }, { ...action, ...ofRefusals }))
      throw new Error(
        `The route ${route} declares the action ${action.name} differently from another route.`,
      );
    actions.set(action.name, action);
  }
}

/** They may differ between the routes of an action. */
const ofRefusals = { refused: undefined, target: undefined };
