// Records the start of this server, and its end.
import { version } from '../core/config.ts';
import type { Kernel } from '../core/kernel.ts';
import { configHash } from '../core/settings/in-use.ts';
import { identify } from '../runner/processes.ts';
import type { Build } from './build.ts';
import type { Starts } from './repository.ts';

type Given = Pick<Kernel, 'config' | 'log' | 'now'> & { starts: Starts; build: Build };

export function createStartRecord({ config, log, now, starts, build }: Given) {
  const startedAt = now().toISOString();
  let id: number | null = null;
  return {
    startedAt,

    /** Closes the rows of runs that were lost. */
    recover: starts.closeLost,

    /** The server listens. */
    add() {
      id = starts.add({
        at: startedAt,
        version,
        commit: build.commit,
        node: process.versions.node,
        sqlite: starts.sqliteVersion(),
        mode: config.mode,
        pid: process.pid,
        boot_id: identify(process.pid).bootId,
        config_sha256: configHash(config),
      });
    },

    /** A full disk or a damaged database does not keep the server from stopping. */
    end() {
      if (id === null) return;
      try {
        starts.recordStop(id, now().toISOString());
      } catch (error) {
        log.error({ err: error }, 'the end of this run could not be recorded');
      }
    },
  };
}
