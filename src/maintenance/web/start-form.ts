// The form that starts a window: reads its fields, and shows it with the former ones after a refusal.
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import type { Confirmation } from '../../core/confirmation.ts';
import type { Form } from '../../web/validation.ts';
import { levels, type Window } from '../../window-store/window.ts';
import { maintenanceWord } from '../actions.ts';
import { levelWords } from '../../window-store/level-words.ts';
import type { WantedWindow } from '../read-window.ts';

type Length = { value: string; label: string };

const other: Length = { value: 'other', label: 'other…' };
const startLengths: Length[] = [
  { value: '15', label: '15 min' },
  { value: '30', label: '30 min' },
  { value: '60', label: '1 h' },
  { value: '120', label: '2 h' },
  { value: '480', label: '8 h' },
  { value: '1440', label: '24 h' },
  other,
];
const extendLengths = [...startLengths.slice(0, 4), other];
const usualLength = '30';

/** The start is a local time. A text that is not a time is passed on, so that it is refused. */
export function readStart(form: Form): WantedWindow & Confirmation {
  const { level = '', starts, reason, confirm } = form;
  const startsAt = starts === 'at' ? new Date(form.starts_at ?? '') : null;
  return {
    level,
    minutes: readMinutes(form),
    ...(startsAt ? { starts_at: Number.isNaN(startsAt.getTime()) ? '' : startsAt.toISOString() } : {}),
    reason,
    confirm,
  };
}

/** NaN for a text that is not a number; the domain refuses it. */
export function readMinutes({ lasts = usualLength, minutes = '' }: Form): number {
  const text = lasts === other.value ? minutes.trim() : lasts;
  return text === '' ? Number.NaN : Number(text);
}

export function viewStartForm(refused?: { form: Form; error: AppError }) {
  const form: Form = refused?.form ?? {};
  const { level = 'frozen', lasts = usualLength, minutes = '', reason = '', confirm = '' } = form;
  const { problems, problemOf, message } = readProblems(refused?.error);
  return {
    isRefused: refused !== undefined,
    message: problems.length > 1 ? `${problems.length} fields need a change.` : message,
    levels: levels.map((one) => ({ level: one, ...levelWords[one], isChosen: one === level })),
    starts: refused ? viewTypedStart(refused.form, problemOf('starts_at')) : null,
    lengths: viewLengths(startLengths, lasts),
    minutes,
    reason: {
      name: 'reason',
      kind: 'wide',
      label: 'Reason, shown to everybody',
      value: reason,
      problem: problemOf('reason'),
    },
    confirm: {
      name: 'confirm',
      kind: 'wide if-word',
      label: `Type ${maintenanceWord} to confirm`,
      value: confirm,
      problem: problemOf('confirm'),
    },
    problemOf: { level: problemOf('level'), minutes: problemOf('minutes') ?? problemOf('ends_at') },
  };
}

/** While a window holds jobs back, another one starts at its end. */
export function viewStart(holding: Window | null) {
  return { isLater: holding !== null, startsAt: holding ? localMinute(holding.ends_at) : '', problem: null };
}

function viewTypedStart({ starts, starts_at: startsAt = '' }: Form, problem: string | null) {
  const isUnread = Number.isNaN(new Date(startsAt).getTime());
  return {
    isLater: starts === 'at',
    startsAt,
    problem: problem && isUnread ? 'Choose the day and the time of the start.' : problem,
  };
}

/** The value of a field for a local time, such as `2026-11-30T14:30`; a minute that has begun is over. */
function localMinute(iso: string): string {
  const at = new Date(Math.ceil(Date.parse(iso) / 60_000) * 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The choices of the dialog that extends a window. */
export function viewExtension({ lasts = usualLength, minutes = '' }: Form) {
  return { lengths: viewLengths(extendLengths, lasts), minutes };
}

function viewLengths(lengths: Length[], chosen: string) {
  return lengths.map((length) => ({ ...length, isChosen: length.value === chosen }));
}
