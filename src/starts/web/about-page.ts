// The page about this version and its runs.
import type { FastifyInstance } from 'fastify';
import { version } from '../../core/config.ts';
import type { Page } from '../../web/feature.ts';
import type { StartContext } from '../parts.ts';
import type { ListedStart } from '../repository.ts';

export const aboutPage: Page = {
  path: '/settings/about',
  api: '/api/v1/starts',
  cards: [],
  examples: ['/settings/about'],
};

const startsShown = 50;

export function registerAbout(app: FastifyInstance, ctx: StartContext) {
  const { build, config, starts, startRecord } = ctx;
  app.get(aboutPage.path, { config: { isPage: true } }, (_request, reply) =>
    reply.sendPage({
      template: 'starts/about-page',
      title: 'About',
      section: '/settings',
      data: {
        build,
        program: {
          version,
          node: process.versions.node,
          sqlite: starts.sqliteVersion(),
          mode: config.mode,
          root: config.root,
          pid: process.pid,
          startedAt: startRecord.startedAt,
        },
        runs: starts.list(startsShown).items.map(viewRun),
      },
    }),
  );
}

function viewRun(start: ListedStart) {
  const { at, ended_at, end, version: name, commit, node, sqlite, pid, config_changed } = start;
  return {
    at,
    endedAt: ended_at,
    pid,
    program: `${name}${commit ? ` (${commit.slice(0, 7)})` : ''}`,
    on: `Node ${node}, SQLite ${sqlite}`,
    isConfigChanged: config_changed === true,
    ...ends[end ?? 'running'],
  };
}

const ends = {
  running: { tone: 'ok', icon: 'check', word: 'Running' },
  stopped: { tone: 'ok', icon: 'check', word: 'Stopped' },
  lost: { tone: 'warn', icon: 'tri', word: 'Lost' },
};
