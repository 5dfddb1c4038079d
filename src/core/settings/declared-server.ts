// The settings of the server: addresses, access, live updates, log.
import { readAccessToken } from '../config-access.ts';
import { AppError } from '../errors.ts';
import { asBrowserSends, isHost } from '../host.ts';
import { choice, integer, list, mebibyte, second, secretText, text, toggle } from './kinds.ts';

const beforeSaved = 'The server reads it before it opens the database of saved settings.';
const guardsAccess = 'It decides who can reach the settings.';

export const serverSettings = {
  host: text({
    key: 'server.host',
    variable: 'CHL_HOST',
    group: 'server',
    title: 'Address',
    text: 'The address to listen on; one that is not loopback needs a token and CHL_ALLOW_REMOTE=1.',
    default: '127.0.0.1',
    onlyEnvironment: guardsAccess,
  }),
  port: integer({
    key: 'server.port',
    variable: 'CHL_PORT',
    group: 'server',
    title: 'Port',
    text: '0 chooses a free port.',
    min: 0,
    max: 65_535,
    default: 8000,
    unit: '',
    onlyEnvironment: beforeSaved,
    defaultText: '8000',
  }),
  allowedHosts: list({
    key: 'server.allowed_hosts',
    variable: 'CHL_ALLOWED_HOSTS',
    group: 'server',
    title: 'Further hosts of the page',
    text: "Names as in the browser's address bar (box.lan:8000), separated by commas.",
    separator: ',',
    allowed: '',
    defaultText: 'only loopback',
    onlyEnvironment: guardsAccess,
    readItem: readHost,
  }),
  operatorName: text({
    key: 'operator.name',
    variable: 'CHL_OPERATOR_NAME',
    group: 'operator',
    title: 'Name of the operator',
    text: 'In the audit log, while no token is required.',
    defaultText: 'the user of this machine',
    allowed: 'At most 40 characters.',
    findFault: (name) =>
      name.trim().length <= 40 && !/\p{C}/u.test(name) ? null : 'Write at most 40 characters in one line.',
  }),
  /** Never leaves this process. */
  accessToken: secretText({
    key: 'access.token',
    variable: 'CHL_ACCESS_TOKEN',
    group: 'access',
    title: 'Access token',
    text: 'Of the admin named environment, at least 16 characters; with it every page needs a token.',
    onlyEnvironment: guardsAccess,
    read: readAccessToken,
  }),
  /** Whether `host` may be one that is not loopback. */
  allowRemote: toggle({
    key: 'access.allow_remote',
    variable: 'CHL_ALLOW_REMOTE',
    group: 'access',
    title: 'Other machines',
    text: '1: other machines may reach the server at CHL_HOST.',
    default: false,
    onlyEnvironment: guardsAccess,
  }),
};

export const liveSettings = {
  maxStreams: integer({
    key: 'live.max_streams',
    variable: 'CHL_MAX_STREAMS',
    group: 'live',
    title: 'Open live streams',
    text: 'Further pages ask every 10 s instead.',
    min: 1,
    max: 100_000,
    default: 1000,
    unit: 'streams',
  }),
  maxStreamsPerClient: integer({
    key: 'live.max_streams_per_client',
    variable: 'CHL_MAX_STREAMS_PER_CLIENT',
    group: 'live',
    title: 'Open live streams of one browser',
    text: 'Programs without its cookie count only towards all streams.',
    min: 1,
    max: 100_000,
    default: 20,
    unit: 'streams',
  }),
  telemetryIntervalMs: integer({
    key: 'live.telemetry_interval_sec',
    variable: 'CHL_TELEMETRY_INTERVAL_SEC',
    group: 'live',
    title: 'Time between telemetry samples',
    text: 'Figures and charts are as old as this.',
    min: 1,
    max: 3600,
    default: 5,
    unit: 's',
    times: second,
    needsRestart: true,
  }),
  logLevel: choice({
    key: 'live.log_level',
    variable: 'CHL_LOG_LEVEL',
    group: 'live',
    title: 'Log level',
    text: 'How much the server writes to its log.',
    choices: ['info', 'trace', 'debug', 'warn', 'error', 'fatal', 'silent'],
    effect: 'A change counts at once.',
    toChildren: true,
  }),
};

export const activitySettings = {
  keptLogBytes: integer({
    key: 'activity.log_mb',
    variable: 'CHL_KEPT_LOG_MB',
    group: 'activity',
    title: 'Size of the kept log',
    text: 'Of lines, figures of requests and traces together; the oldest go first.',
    min: 32,
    max: 4096,
    default: 256,
    unit: 'MiB',
    times: mebibyte,
  }),
  slowRequestMs: integer({
    key: 'activity.slow_request_ms',
    variable: 'CHL_SLOW_REQUEST_MS',
    group: 'activity',
    title: 'Slow request',
    text: 'A request that takes at least this long is kept with its time.',
    min: 10,
    max: 60_000,
    default: 500,
    unit: 'ms',
  }),
  slowStatementMs: integer({
    key: 'activity.slow_statement_ms',
    variable: 'CHL_SLOW_STATEMENT_MS',
    group: 'activity',
    title: 'Slow statement',
    text: 'A statement of a database that takes at least this long counts as slow.',
    min: 1,
    max: 10_000,
    default: 20,
    unit: 'ms',
    toChildren: true,
  }),
};

/** Compared with the Host header, so a value of another form would never match. */
function readHost(item: string, name: string): string {
  const host = item.toLowerCase();
  if (isHost(host)) return host;
  const named = `${name} contains ${JSON.stringify(item)}`;
  const sent = asBrowserSends(host);
  if (sent && isHost(sent))
    throw new AppError('config', `${named}, which browsers send as ${sent}. Write it so.`);
  throw new AppError(
    'config',
    `${named}; allowed: hosts as in the browser's address bar, separated by commas, without http:// and path, e.g. box.lan:8000.`,
  );
}
