// The cards of the log page: how the log is kept, and a card whose change says that there are newer lines.
import { formatBytes, formatLimit, plural } from '../../core/format.ts';
import { describeDropped, nameDropped } from '../../log-store/waiting.ts';
import type { SharedCard } from '../../web/card.ts';
import type { LogContext } from '../parts.ts';

export const logStateCard = ({ config, logState }: Pick<LogContext, 'config' | 'logState'>): SharedCard => ({
  name: 'log-state',
  template: 'log/state-card',
  host: 'log-state-card',
  path: '/ui/log/state',
  dirtyOn: ['log-store', 'settings'],
  load() {
    const { file, problem, remade, dropped } = logState();
    return {
      state: {
        size: file && `${formatBytes(file.bytes)} of ${formatLimit(config.keptLogBytes)}`,
        lines: plural(file?.lines ?? 0, 'line'),
        since: file?.oldest_at ? new Date(file.oldest_at).toISOString() : null,
        problem: problem && { text: problem.text, at: problem.at.toISOString() },
        remade: remade && { reason: remade.reason, at: remade.at.toISOString() },
        dropped: dropped.at && {
          latest: describeDropped(dropped.latest),
          all: nameDropped(dropped.all) === nameDropped(dropped.latest) ? null : nameDropped(dropped.all),
          at: dropped.at.toISOString(),
        },
      },
    };
  },
});

/** The page fetches newer lines when it changes. */
export const newestLineCard = ({ logState }: Pick<LogContext, 'logState'>): SharedCard => ({
  name: 'log-newest',
  template: 'log/newest-card',
  host: 'log-newest',
  path: '/ui/log/newest',
  dirtyOn: ['lines'],
  load: () => ({ newest: logState().file?.newest_id ?? 0 }),
});
