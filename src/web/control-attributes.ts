// The attributes of the controls of actions. A control that would be refused keeps its place, stays focusable, does nothing, and
// says why: it is beyond the reader's role, or maintenance makes the server read-only. Such a hold comes and goes: locks.js
// follows it on an open page, where `data-changes` marks the controls that it locks.
import { describeLack, mayAct, type Role, roles } from '../core/role.ts';
import type { DeclaredActions } from './declared-actions.ts';

/** Gives why the actions that are not allowed in read-only maintenance are refused now; null while they are possible. */
export type DescribeHold = () => string | null;

/** The value of `data-locked` of a control that maintenance locks; else it is the role that the control needs. */
const byMaintenance = 'maintenance';

/** `needed` is the name of an action, such as `workers.pause`, or the role of an action that changes something; `role` is that of
 *  the reader. */
export function createControlAttributes(
  { leastRole, isAllowedInReadOnly }: DeclaredActions,
  describeHold: DescribeHold,
) {
  return {
    may,

    /** Attributes of a button. A locked one stays the button that Enter in a field presses, and with the method `dialog` it
     *  sends nothing, also without scripts. */
    needs(needed: string, role: Role) {
      if (!may(needed, role)) return `${sendsNothing} ${lockByRole(needed, role)}`;
      return isHeld(needed) ? `${sendsNothing} ${lockByHold(needed)}` : lockByHold(needed);
    },

    /** Attributes of the input of an upload, which is shown only to those who may send it. */
    uploadNeeds: lockByHold,

    /** Attributes of a link to a page. Its page has locked controls of its own during maintenance. */
    linkTo: (needed: string, role: Role, href: string) =>
      may(needed, role) ? `href="${escapeAttribute(href)}"` : lockLink(needed, role),

    /** Attributes of a link whose page is shown as a dialog. Without scripts a held one leads there, where the reason is. */
    dialogLink: (needed: string, role: Role, href: string) =>
      may(needed, role)
        ? `href="${escapeAttribute(href)}" hx-get="${escapeAttribute(href)}" hx-target="#dialog" hx-swap="innerHTML" ${lockByHold(needed)}`
        : lockLink(needed, role),

    /** The roles beyond that of the reader, with the sentence for each. */
    lacks: (role: Role) =>
      roles
        .filter((least) => !mayAct(role, least))
        .map((least) => ({ least, why: describeLack(role, least) })),

    /** Why the reader may not; empty if they may. */
    lack: (needed: string, role: Role) => (may(needed, role) ? '' : describe(needed, role)),

    /** Why changes are refused now; empty while they are possible. */
    hold: () => describeHold() ?? '',
  };

  function may(needed: string, role: Role): boolean {
    const least = leastRole(needed);
    return least === 'anyone' || mayAct(role, least);
  }

  function lockLink(needed: string, role: Role): string {
    return `role="link" tabindex="0" ${lockByRole(needed, role)}`;
  }

  function lockByRole(needed: string, role: Role): string {
    return lock(leastRole(needed), describe(needed, role));
  }

  function isHeld(needed: string): boolean {
    return !isAllowedInReadOnly(needed) && describeHold() !== null;
  }

  function lockByHold(needed: string): string {
    if (isAllowedInReadOnly(needed)) return '';
    const why = describeHold();
    return why === null ? 'data-changes' : `data-changes ${lock(byMaintenance, why)}`;
  }

  function describe(needed: string, role: Role): string {
    return describeLack(role, leastRole(needed) as Role);
  }
}

const sendsNothing = 'formmethod="dialog"';

function lock(cause: string, sentence: string): string {
  const why = escapeAttribute(sentence);
  return `aria-disabled="true" data-locked="${cause}" title="${why}" aria-description="${why}"`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
