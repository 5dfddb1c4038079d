// The six figures of the status, each from its own source, with the worst finding of its components.
import type { Finding } from '../checks/finding.ts';
import type { Figure, FigureParts, FigureState } from './figure.ts';
import { kindOf } from './needs.ts';
import type { FigureSources } from './parts.ts';
import {
  readCaches,
  readDatabases,
  readIncidents,
  readLinks,
  readQueue,
  readServer,
} from './read-figures.ts';

export async function readFigures(sources: FigureSources): Promise<Figure[]> {
  const open = sources.findings.open();
  const figure = async ({ components, ...head }: Head, read: () => FigureParts | Promise<FigureParts>) => {
    const parts = await readOrExplain(sources, head.name, read);
    const worst = open.find(
      ({ component, severity }) => severity !== 'info' && components.includes(kindOf(component)),
    );
    return { ...head, ...nothing, ...parts, ...(worst && stateOf(worst, parts.state)) };
  };
  return Promise.all([
    figure(heads.server, () => readServer(sources)),
    figure(heads.queue, () => readQueue(sources)),
    figure(heads.databases, () => readDatabases(sources)),
    figure(heads.caches, () => readCaches(sources)),
    figure(heads.links, () => readLinks(sources, open)),
    figure(heads.incidents, () => readIncidents(sources)),
  ]);
}

const nothing = { unit: null, state: 'ok' as const, at: null, series: null, links: null };

/** A figure that cannot be read does not affect the others. */
async function readOrExplain(
  { log }: Pick<FigureSources, 'log'>,
  name: string,
  read: () => FigureParts | Promise<FigureParts>,
): Promise<FigureParts> {
  try {
    return await read();
  } catch (error) {
    log.error({ err: error, figure: name }, 'a figure of the status could not be read');
    const about = "It could not be read; the server's log says why";
    return { value: null, text: '–', about, state: 'warning' };
  }
}

/** `components`: their worst finding is its state. */
type Head = Pick<Figure, 'name' | 'title' | 'href'> & { components: string[] };

const heads = {
  server: {
    ...{ name: 'server_p95_ms', title: 'Server, p95 of 1 h', href: '/requests?window=1h' },
    components: ['server', 'stream', 'runner', 'log', 'settings'],
  },
  queue: {
    ...{ name: 'entries_waiting', title: 'Entries waiting', href: '/operations#ops-queue-card' },
    components: ['queue', 'workers', 'index'],
  },
  databases: {
    ...{ name: 'database_bytes', title: 'Databases', href: '/databases' },
    components: ['database', 'data_folder', 'disk', 'backup', 'audit'],
  },
  caches: { name: 'cache_hit_rate', title: 'Cache hits', href: '/caches', components: [] },
  links: {
    ...{ name: 'links_answering', title: 'Links that answer', href: '/checks' },
    components: ['sources', 'source', 'embedder', 'credentials', 'webhook'],
  },
  incidents: {
    ...{ name: 'incidents_active', title: 'Incidents', href: '/incidents' },
    components: ['incident'],
  },
};

/** The worse of both. */
function stateOf(
  { severity, title }: Finding,
  own: FigureState = 'ok',
): Pick<Figure, 'state' | 'about' | 'at'> {
  const state = severity === 'error' || own === 'error' ? 'error' : 'warning';
  return { state, about: title, at: null };
}
