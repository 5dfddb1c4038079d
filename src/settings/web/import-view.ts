// The view model of an import: each value now and in the file, what the change means, and what is left out of it.
import { describeBackup } from '../../backup-store/describe-backup.ts';
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { formatList } from '../../core/format.ts';
import { parseJson } from '../../core/json.ts';
import { serviceSettings } from '../../core/settings/declared-jobs.ts';
import { shorten } from '../../core/shorten.ts';
import type { Form } from '../../web/validation.ts';
import { formatFlagValue, isFlagChange } from '../flags-of-file.ts';
import { formatFileObjective, isObjectiveChange } from '../objectives-of-file.ts';
import type { SettingContext } from '../parts.ts';
import type { ImportChange, ImportPlan } from '../import-plan.ts';
import { importWord } from '../settings-file.ts';
import type { KnownSetting } from '../settings.ts';
import { formatValue } from '../format-value.ts';
import { addedWebhooks, formatFileWebhook, isWebhookChange } from '../webhooks-of-file.ts';
import { howToRestart } from './restart.ts';

/** `file`: its text. `backup`: the id of the backup that it is from. `plan`: of the whole file. */
export type ShownImport = {
  file?: string;
  backup?: string;
  plan?: ImportPlan | null;
  form?: Form;
  error?: AppError;
};

export function viewImport(ctx: SettingContext, shown: ShownImport) {
  const { file = '', backup, plan = null, form = {}, error } = shown;
  const { problemOf } = readProblems(error);
  const known = new Map(ctx.settings.all().map((one) => [one.setting.key, one]));
  const changes = plan?.changes ?? [];
  const offered = plan === null ? null : leaveOut(ctx, file, plan);
  const wanted = offered?.plan.changes.filter(({ state }) => state === 'changed') ?? [];
  return {
    file: offered?.file ?? file,
    from: backup === undefined ? null : describeBackup(backup),
    plan: offered?.plan.plan ?? null,
    changes: changes.map((change) => viewChange(change, known.get(change.key))),
    changed: wanted.length,
    leftOut: changes.filter(isBlocked).length,
    isBlocked: offered?.plan.changes.some(isBlocked) ?? false,
    consequences: describeConsequences(wanted, known),
    word: importWord,
    reason: form.reason ?? '',
    problem: error && !problemOf('reason') && !problemOf('confirm') ? error.message : null,
    reasonProblem: problemOf('reason'),
    wordProblem: problemOf('confirm'),
  };
}

const isBlocked = ({ why }: ImportChange) => why !== null;

/** The file without the values that cannot be imported, and its plan: what is left is imported whole or not at all. */
function leaveOut({ settingsFile }: SettingContext, file: string, plan: ImportPlan) {
  if (!plan.changes.some(isBlocked)) return { file, plan };
  const rest = settingsFile.withoutBlocked(parseJson(file));
  return { file: JSON.stringify(rest), plan: settingsFile.compare(rest) };
}

function viewChange(one: ImportChange, known: KnownSetting | undefined) {
  const { before, after, ...change } = one;
  const state = states[change.state];
  const formatOther = formatOf(one);
  if (formatOther) {
    const [now, wanted] = [before, after].map((value) => shorten(formatOther(one, value), 200));
    return {
      ...change,
      ...state,
      before: change.state === 'unknown' ? '–' : now,
      after: wanted,
      needsRestart: false,
    };
  }
  const format = (value: unknown) =>
    known ? shorten(formatValue(known.setting, value), 200) : shorten(JSON.stringify(value), 200);
  const describe = (value: unknown, isDefault: boolean) => `${isDefault ? 'default, ' : ''}${format(value)}`;
  return {
    ...change,
    ...state,
    before: known ? describe(before, known.source === 'default') : '–',
    after: describe(after ?? known?.setting.default ?? null, after === null && known !== undefined),
    needsRestart: change.state === 'changed' && known?.setting.needsRestart === true,
  };
}

/** Null for a setting. */
function formatOf(change: ImportChange) {
  if (isFlagChange(change)) return formatFlagValue;
  if (isObjectiveChange(change)) return formatFileObjective;
  return isWebhookChange(change) ? formatFileWebhook : null;
}

const states = {
  changed: { tone: 'run', icon: 'retry', word: 'Changes' },
  unchanged: { tone: 'idle', icon: 'check', word: 'As it is' },
  unknown: { tone: 'bad', icon: 'cross', word: 'Unknown' },
  refused: { tone: 'bad', icon: 'cross', word: 'Refused' },
};

function describeConsequences(
  wanted: readonly ImportChange[],
  known: ReadonlyMap<string, KnownSetting>,
): string[] {
  const { url, model } = serviceSettings;
  const next = (key: string) => wanted.find((change) => change.key === key)?.after ?? known.get(key)?.value;
  const changesEmbedder = wanted.some(({ key }) => key === url.key || key === model.key);
  const address = String(next(url.key) ?? '');
  const restarting = wanted.flatMap(({ key, title }) =>
    known.get(key)?.setting.needsRestart ? [title] : [],
  );
  const added = addedWebhooks(wanted);
  return [
    ...(added.length > 0
      ? [`New secrets are made for ${formatList(added)}. Replace each secret to see it.`]
      : []),
    ...(changesEmbedder ? ['The embedder changes: every entry is embedded again by the new one.'] : []),
    ...(changesEmbedder && address
      ? [`The text of every entry, and of every search, is sent to ${address}.`]
      : []),
    ...(restarting.length > 0
      ? [`These count after a restart of the server: ${restarting.join(', ')}. ${howToRestart}`]
      : []),
  ];
}
