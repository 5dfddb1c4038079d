// The attributes of the controls of actions. A control beyond one's role keeps its place, stays focusable, does nothing, and
// says why.
import { describeLack, mayAct, type Role, roles } from '../core/role.ts';
import type { LeastRole } from './action.ts';

/** `needed` is the name of an action, such as `workers.pause`, or a role; `role` is that of the reader.
 *  `leastRole` gives the role that the action needs. */
export function createRoleAttributes(leastRole: (needed: string) => LeastRole) {
  return {
    may,

    /** Attributes of a button. A locked one stays the button that Enter in a field presses, and with the method `dialog` it
     *  sends nothing, also without scripts. */
    needs: (needed: string, role: Role) =>
      may(needed, role) ? '' : `formmethod="dialog" ${lock(needed, role)}`,

    /** Attributes of a link. */
    linkTo: (needed: string, role: Role, href: string) =>
      may(needed, role) ? `href="${escapeAttribute(href)}"` : lockLink(needed, role),

    /** Attributes of a link whose page is shown as a dialog. */
    dialogLink: (needed: string, role: Role, href: string) =>
      may(needed, role)
        ? `href="${escapeAttribute(href)}" hx-get="${escapeAttribute(href)}" hx-target="#dialog" hx-swap="innerHTML"`
        : lockLink(needed, role),

    /** The roles beyond that of the reader, with the sentence for each. */
    lacks: (role: Role) =>
      roles
        .filter((least) => !mayAct(role, least))
        .map((least) => ({ least, why: describeLack(role, least) })),

    /** Why the reader may not; empty if they may. */
    lack: (needed: string, role: Role) => (may(needed, role) ? '' : describe(needed, role)),
  };

  function may(needed: string, role: Role): boolean {
    const least = leastRole(needed);
    return least === 'anyone' || mayAct(role, least);
  }

  function lockLink(needed: string, role: Role): string {
    return `role="link" tabindex="0" ${lock(needed, role)}`;
  }

  function lock(needed: string, role: Role): string {
    const why = describe(needed, role);
    return `aria-disabled="true" data-locked="${leastRole(needed)}" title="${why}" aria-description="${why}"`;
  }

  function describe(needed: string, role: Role): string {
    return describeLack(role, leastRole(needed) as Role);
  }
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
