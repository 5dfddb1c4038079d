import { formatBytes, formatLimit, plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import { url } from '../core/url.ts';
import { describeDropped } from '../log-store/waiting.ts';
import type { LogContext } from './parts.ts';

/** A loss is named for so long. */
const shownMs = 86_400_000;

export const logRow = ({
  config,
  logState,
  now,
}: Pick<LogContext, 'config' | 'logState' | 'now'>): HubRow => ({
  hub: 'activity',
  position: 30,
  icon: 'file',
  name: 'Log',
  href: '/log',
  dirtyOn: ['log-store'],
  load() {
    const { file, problem, remade, dropped } = logState();
    const action = { kind: 'page', label: 'Follow', hidden: 'the log', href: url('/log') } as const;
    if (problem) {
      const badge = { tone: 'warn', label: 'Not kept' } as const;
      return { sentence: 'No lines are kept since', at: problem.at.toISOString(), badge, action };
    }
    if (file === null) return { sentence: 'Warnings, errors, jobs and actions.', action };
    const size = `${plural(file.lines, 'line')}, ${formatBytes(file.bytes)} of ${formatLimit(config.keptLogBytes)}.`;
    const isRecent = (at: Date) => now().getTime() - at.getTime() < shownMs;
    if (dropped.at && isRecent(dropped.at)) {
      return { sentence: `${size} ${describeDropped(dropped.latest)}`, at: dropped.at.toISOString(), action };
    }
    if (remade && isRecent(remade.at))
      return { sentence: `${size} It was made again`, at: remade.at.toISOString(), action };
    return { sentence: size, action };
  },
});
