// A row of a hub: a page that is one card of rows, each a sentence of state that leads to its page. Features declare the rows
// of their pages; see /status, /storage, /activity and /settings.
import type { BusEvents } from './bus.ts';
import type { Role } from './role.ts';

export type HubState = {
  /** State, number, next: `Newest 200.7 MiB.` */
  sentence: string;
  /** A time at its end, before which the sentence has no full stop: `3 sheets; published was checked` 12 min ago. */
  at?: string;
  /** Only if not well. */
  badge?: { tone: 'warn' | 'bad' | 'hold'; label: string };
  action?: HubAction;
};

/** The one action of a row: a button that sends `fields` to `href`, or a link to a dialog or a page. `hidden`: further words
 *  of its label, for screen readers. `needs`: an action, or the least role; a page needs what the row reads. */
export type HubAction = { label: string; hidden?: string; href: string } & (
  | { kind: 'button'; needs: string; fields: { name: string; value: string }[] }
  | { kind: 'dialog'; needs: string }
  | { kind: 'page' }
);

export type HubRow = {
  hub: 'status' | 'storage' | 'activity' | 'settings';
  /** Rows are shown in this order. */
  position: number;
  /** Name of an icon in views/shared/icons.eta. */
  icon: string;
  name: string;
  href: string;
  /** The least role that may open the page; absent: viewer. */
  reads?: Role;
  /** Events after which `load` may answer differently. */
  dirtyOn: (keyof BusEvents)[];
  /** Reads stored state; never scans. */
  load(): HubState | Promise<HubState>;
};

/** A step of the setup checklist, which ticks itself from facts. */
export type SetupStep = {
  position: number;
  title: string;
  /** Its benefit, in one sentence. */
  text: string;
  href: string;
  /** The least role that may open `href`; absent: viewer. */
  reads?: Role;
  /** Absent: always. A step that is not needed is not listed. */
  isNeeded?(): boolean;
  isDone(): boolean | Promise<boolean>;
  dirtyOn: (keyof BusEvents)[];
};

/** A fact of the outlook, one line of the home page: a link of words and times, `['Backup', { at }, ', proven']`. */
export type OutlookFact = Pick<HubRow, 'position' | 'icon' | 'href' | 'dirtyOn'> & {
  /** Null while nothing is set up: then it is left out. `isWarning`: it needs attention. */
  load(): { words: (string | { at: string })[]; isWarning?: boolean } | null;
};
