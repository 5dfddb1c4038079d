// The preset `tell-me`: troubles that begin or are over, and events that cannot wait, such as the loss of a backup.
const events = /^(finding|incident|backup)\.|^(job\.finished|schedule\.missed)$/;
/** Events that have no transition. */
const always = ['backup.tested', 'backup.gone'];

type Row = { event: string; detail: Record<string, unknown> | null };

export const isToldEvent = (event: string): boolean => events.test(event);

/** Whether a row of such an event counts although it says nothing about a transition. */
export function isToldAlways({ event, detail }: Row): boolean {
  // Retention removes old backups each night.
  return always.includes(event) && !detail?.expired;
}

/** Rows of these events say `again` only after the thing was over. A job that fails again, or a due time that is missed again,
 *  was not. */
const reopened = ['finding.opened', 'incident.reopened'];

/** Whether something begins, is over, or is back. */
export function isMove({ event, detail }: Row): boolean {
  const transition = String(detail?.transition);
  return ['first', 'recovered'].includes(transition) || (transition === 'again' && reopened.includes(event));
}

/** Trouble that lasts is not repeated, and none counts that a maintenance window explains or a person has muted. */
export function isTold({ event, detail }: Row): boolean {
  if (!isToldEvent(event) || detail?.in_window || detail?.muted) return false;
  return isToldAlways({ event, detail }) || isMove({ event, detail });
}
