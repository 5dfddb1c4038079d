// The settings of jobs, workers, the embedding service and Google.
import { findAddressFault } from '../config-embedding.ts';
import { choice, integer, mebibyte, second, text } from './kinds.ts';
import { pathSetting } from './paths.ts';

export const jobSettings = {
  timeoutMs: integer({
    key: 'operations.timeout_sec',
    variable: 'CHL_OPERATIONS_TIMEOUT_SEC',
    group: 'jobs',
    title: 'Time limit of an attempt',
    text: 'An attempt that takes longer is stopped. Operations can have their own limit.',
    min: 1,
    max: 604_800,
    default: 900,
    unit: 's',
    times: second,
  }),
  maxRunningJobs: integer({
    key: 'operations.max_running',
    variable: 'CHL_MAX_RUNNING_JOBS',
    group: 'jobs',
    title: 'Jobs at the same time',
    text: 'Further jobs wait in order.',
    min: 1,
    max: 64,
    default: 8,
    unit: 'jobs',
  }),
  killGraceMs: integer({
    key: 'operations.kill_grace_sec',
    variable: 'CHL_KILL_GRACE_SEC',
    group: 'jobs',
    title: 'Grace before a job is killed',
    text: 'The time from SIGTERM to SIGKILL.',
    min: 0,
    max: 600,
    default: 5,
    unit: 's',
    times: second,
  }),
  processTracking: choice({
    key: 'operations.process_tracking',
    variable: 'CHL_PROCESS_TRACKING',
    group: 'jobs',
    title: 'Tracking of processes',
    text: 'How detached processes of scripts are found; see docs/settings.md.',
    choices: ['auto', 'namespace', 'cgroup', 'group'],
    needsRestart: true,
  }),
  jobLogMaxBytes: integer({
    key: 'operations.job_log_max_mb',
    variable: 'CHL_JOB_LOG_MAX_MB',
    group: 'jobs',
    title: 'Log of one job',
    text: 'A longer log keeps its beginning and its end.',
    min: 1,
    max: 4096,
    default: 64,
    unit: 'MiB',
    times: mebibyte,
  }),
  diskReserveBytes: integer({
    key: 'operations.disk_reserve_mb',
    variable: 'CHL_DISK_RESERVE_MB',
    group: 'jobs',
    title: 'Disk reserved for running jobs',
    text: 'No new job starts when less is free.',
    min: 16,
    max: 1_048_576,
    default: 64,
    unit: 'MiB',
    times: mebibyte,
  }),
};

export const embeddingSettings = {
  workers: integer({
    key: 'embedding.workers',
    variable: 'CHL_WORKERS',
    group: 'embedding',
    title: 'Embedding workers',
    text: 'The server keeps so many running; 0 runs none.',
    min: 0,
    max: 64,
    default: 2,
    unit: 'workers',
    needsRestart: true,
  }),
  embeddingBatch: integer({
    key: 'embedding.batch',
    variable: 'CHL_EMBEDDING_BATCH',
    group: 'embedding',
    title: 'Entries in one batch',
    text: 'At most; batches adapt to the speed of the embedder. More is faster, and loses more when a batch fails.',
    min: 1,
    max: 512,
    default: 512,
    unit: 'entries',
    toChildren: true,
  }),
};

/** They make up `Config.embedding`. */
export const serviceSettings = {
  url: text({
    key: 'embedding.url',
    variable: 'CHL_EMBEDDING_URL',
    group: 'service',
    title: 'Embedding service',
    text: 'OpenAI-compatible (Ollama, llama.cpp, vLLM, OpenAI), e.g. http://127.0.0.1:11434; without a query.',
    defaultText: 'the built-in embedder',
    findFault: (value) => (value === '' ? null : findAddressFault(value)),
    toChildren: true,
  }),
  model: text({
    key: 'embedding.model',
    variable: 'CHL_EMBEDDING_MODEL',
    group: 'service',
    title: 'Model of the service',
    text: 'After a change every entry is embedded again.',
    toChildren: true,
  }),
  keyFile: pathSetting<null>({
    key: 'embedding.key_file',
    variable: 'CHL_EMBEDDING_KEY_FILE',
    group: 'service',
    title: 'Key of the service',
    text: 'A file that only you can read (chmod 600).',
    defaultText: 'no key is sent',
    isSecret: true,
    credential: 'embedding',
    toChildren: true,
    byDefault: () => null,
  }),
};

/** They make up `Config.google`; only scripts that read or write Google spreadsheets get them. */
export const googleSettings = {
  keyFile: pathSetting<null>({
    key: 'google.key_file',
    variable: 'CHL_GOOGLE_KEY_FILE',
    group: 'google',
    title: 'Key of a Google service account',
    text: 'A JSON file that only you can read (chmod 600). Share spreadsheets with the address in it.',
    isSecret: true,
    credential: 'google',
    byDefault: () => null,
  }),
  address: text({
    key: 'google.address',
    variable: 'CHL_GOOGLE_ADDRESS',
    group: 'google',
    title: 'Stand-in for Google',
    text: 'For tests: an address of this machine, e.g. http://127.0.0.1:9000/.',
    defaultText: 'Google',
    onlyEnvironment: 'The key signs requests for every address.',
  }),
};
