// The only place that gives events their words. test/audit/event-words.test.ts finds every event that the code writes.

/** `done`: of a change that was made. `tried`: of one that was refused or has failed. `added`: instead of them, where nothing was
 *  there before. */
type Words = { done: string; tried: string; added?: Words };
/** `name` filters by all events of the group. */
type EventGroup = { name: string; title: string; events: Record<string, Words> };

const words = (done: string, tried = done): Words => ({ done, tried });

/** Of an event that adds a record or changes it. */
const saved = (record: string, done = 'changed', tried = 'Change'): Words => ({
  done: `${record} ${done}`,
  tried: `${tried} a ${record.toLowerCase()}`,
  added: words(`${record} added`, `Add a ${record.toLowerCase()}`),
});

export const eventGroups: EventGroup[] = [
  {
    name: 'jobs',
    title: 'Jobs',
    events: {
      'job.accepted': words('Job accepted', 'Start a job'),
      'job.refused': words('Job refused', 'Start a job'),
      'job.finished': words('Job ended', 'Job failed'),
      'job.retrying': words('Attempt failed, retry scheduled'),
      'job.recovered': words('Job recovered after a restart', 'Job was lost in a restart'),
      'job.cancel': words('Cancel requested', 'Cancel a job'),
      'job.retry': words('Job retried', 'Retry a job'),
      'job.removed': words('Job removed', 'Remove a job'),
      'jobs.bulk': words('Several jobs changed', 'Change several jobs'),
      'jobs.pruned': words('Old jobs removed'),
    },
  },
  {
    name: 'schedules',
    title: 'Schedules',
    events: {
      'schedule.changed': saved('Schedule'),
      'schedule.removed': words('Schedule removed', 'Remove a schedule'),
      'schedule.run': words('Schedule run by hand', 'Run a schedule'),
      'schedule.seeded': words('Schedule proposed, switched off'),
      'schedule.missed': words('Due times missed'),
    },
  },
  {
    name: 'maintenance',
    title: 'Maintenance',
    events: {
      'maintenance.planned': words('Window planned', 'Plan a window'),
      'maintenance.began': words('Window begun'),
      'maintenance.entered': words('Window active'),
      'maintenance.extended': words('Window extended', 'Extend a window'),
      'maintenance.ended': words('Window ended', 'End a window'),
      'maintenance.overridden': words('Maintenance overridden'),
    },
  },
  {
    name: 'sources',
    title: 'Sheets',
    events: {
      'source.changed': saved('Sheet'),
      'source.removed': words('Sheet removed', 'Remove a sheet'),
      'source.checked': words('Sheet checked', 'Check a sheet'),
      'sheet.upload': words('Sheet uploaded', 'Upload a sheet'),
      'sheet.remove': words('Uploaded sheet removed', 'Remove an uploaded sheet'),
      'library.download': words('Library downloaded', 'Download the library'),
      'export.download': words('Export downloaded', 'Download an export'),
    },
  },
  {
    name: 'index',
    title: 'Index and workers',
    events: {
      'snapshot.upload': words('Snapshot uploaded', 'Upload a snapshot'),
      'snapshot.discard': words('Snapshot discarded', 'Discard a snapshot'),
      'snapshot.download': words('Snapshot downloaded', 'Download a snapshot'),
      'workers.pause': words('Workers paused', 'Pause workers'),
      'workers.resume': words('Workers resumed', 'Resume workers'),
      'workers.drain': words('Drain started', 'Drain the queue'),
      'workers.drain_cancel': words('Drain cancelled', 'Cancel a drain'),
      'workers.drain_ended': words('Drain ended'),
      'worker.lost': words('Worker lost'),
      'worker.gave_up': words('Worker given up'),
      'queue.retry_failed': words('Failed entries retried', 'Retry failed entries'),
      'queue.pause': words('Kind of entries paused', 'Pause a kind of entries'),
      'queue.resume': words('Kind of entries resumed', 'Resume a kind of entries'),
    },
  },
  {
    name: 'traces',
    title: 'Traces',
    events: {
      'traces.hunt': words('Tracing of all requests begun', 'Trace all requests'),
      'traces.stop': words('Tracing of all requests ended', 'Stop tracing all requests'),
    },
  },
  {
    name: 'backups',
    title: 'Backups',
    events: {
      'backup.adopted': words('Backup found and taken over'),
      'backup.gone': words('Backup is gone'),
      'backup.tested': words('Backup tested', 'Backup failed its test'),
      'backup.changed': saved('Backup'),
      'backups.scheduled': words('Backups scheduled', 'Schedule backups'),
      'backup.removed': words('Backup deleted', 'Delete a backup'),
      'backup.download': words('Backup downloaded', 'Download of a backup broke off'),
    },
  },
  {
    name: 'settings',
    title: 'Settings',
    events: {
      'settings.changed': words('Setting changed', 'Change a setting'),
      'settings.imported': words('Settings imported', 'Import settings'),
      'settings.import_previewed': words('Import of settings previewed', 'Preview an import of settings'),
      'flags.change': words('Flag changed', 'Change a flag'),
      'credential.changed': saved('Credential', 'replaced', 'Replace'),
      'credential.checked': words('Credential checked', 'Check a credential'),
      'credential.removed': words('Credential removed', 'Remove a credential'),
      'embedder.checked': words('Embedder checked', 'Check the embedder'),
    },
  },
  {
    name: 'webhooks',
    title: 'Webhooks',
    events: {
      'webhook.changed': saved('Webhook'),
      'webhook.removed': words('Webhook removed', 'Remove a webhook'),
      'webhook.rotated': words('Secret of a webhook replaced', 'Replace the secret of a webhook'),
      'webhook.tested': words('Test sent to a webhook', 'Send a test to a webhook'),
      'webhook.switched_off': words('Webhook switched off by the server'),
      'delivery.replayed': words('Delivery sent again', 'Send a delivery again'),
      'deliveries.replayed': words('Several deliveries sent again', 'Send several deliveries again'),
    },
  },
  {
    name: 'costs',
    title: 'Costs',
    events: {
      'cost.changed': words('Cost entered', 'Enter a cost'),
      'cost.removed': words('Entered cost removed', 'Remove an entered cost'),
      'budget.stopped': words('Workers paused at a used-up budget'),
    },
  },
  {
    name: 'access',
    title: 'Access',
    events: {
      'access.sign_in': words('Signed in', 'Sign in'),
      'access.sign_out': words('Signed out', 'Sign out'),
      'access.token_created': words('Token created', 'Create a token'),
      'access.token_revoked': words('Token revoked', 'Revoke a token'),
      'gate.refused': words('Request from elsewhere', 'Request from elsewhere'),
      'request.refused': words('Request to an unknown address'),
    },
  },
  {
    name: 'checks',
    title: 'Checks',
    events: {
      'checks.run': words('Checks run', 'Run checks'),
      'finding.opened': words('Finding opened'),
      'finding.cleared': words('Finding cleared'),
      'finding.muted': words('Finding muted', 'Mute a finding'),
      'finding.unmuted': words('Finding no longer muted', 'Unmute a finding'),
    },
  },
  {
    name: 'objectives',
    title: 'Objectives',
    events: {
      'objective.changed': words('Objective changed', 'Change an objective'),
    },
  },
  {
    name: 'incidents',
    title: 'Incidents',
    events: {
      'incident.opened': words('Incident opened', 'Open an incident'),
      'incident.entry_added': words('Entry added to an incident', 'Add an entry to an incident'),
      'incident.mitigated': words('Incident mitigated', 'Mitigate an incident'),
      'incident.closed': words('Incident closed', 'Close an incident'),
      'incident.reopened': words('Incident opened again', 'Open an incident again'),
      'incident.changed': words('Incident changed', 'Change an incident'),
      'incident.item_changed': words('Action item changed', 'Change an action item'),
    },
  },
  {
    name: 'runbooks',
    title: 'Runbooks and documents',
    events: {
      'document.seeded': words('Document proposed'),
      'document.saved': words('Document saved', 'Save a document'),
      'document.previewed': words('Document previewed', 'Preview a document'),
      'document.removed': words('Document removed', 'Remove a document'),
      'document.reviewed': words('Document reviewed', 'Review a document'),
      'run.started': words('Run of a runbook started', 'Start a run'),
      'run.step': words('Step of a run changed', 'Change a step of a run'),
      'run.step_done': words('Step of a run ticked itself', 'Tick a step of a run'),
      'run.ended': words('Run of a runbook ended', 'End a run'),
    },
  },
  {
    name: 'errors',
    title: 'Errors',
    events: {
      'errors.resolve': words('Error resolved', 'Resolve an error'),
      'errors.mute': words('Error muted', 'Mute an error'),
      'errors.open': words('Error opened again', 'Open an error again'),
    },
  },
  {
    name: 'canaries',
    title: 'Canaries',
    events: {
      'canary.added': words('Canary added', 'Add a canary'),
      'canary.removed': words('Canary removed', 'Remove a canary'),
    },
  },
  {
    name: 'storage',
    title: 'Storage',
    events: {
      'cache.flushed': words('Cache flushed', 'Flush a cache'),
    },
  },
  {
    name: 'server',
    title: 'Server',
    events: {
      'server.started': words('Server started'),
      'server.stopped': words('Server stopped'),
      'ops.restored': words('History restored from a backup'),
      'library.restored': words('Library file restored from a backup'),
      'audit.chain_started': words('Audit chain started'),
      'audit.head_made': words('Head of the audit chain written again'),
      'audit.download': words('Audit exported', 'Export the audit'),
      'browser.keys': words('Shortcuts switched', 'Switch shortcuts'),
      'browser.theme': words('Theme chosen', 'Choose a theme'),
      'browser.news': words('News seen', 'Mark the news as seen'),
    },
  },
];

const known = new Map(eventGroups.flatMap(({ events }) => Object.entries(events)));

export const eventNames = [...known.keys()];

/** The title of all rows of an event: `Schedule added or changed`. */
export function titleOfAll(event: string): string {
  const { done, added } = known.get(event) ?? { done: titleOf(event, true) };
  return added ? `${added.done} or ${done.split(' ').at(-1)}` : done;
}

/** The title of a row. `isAddition`: nothing was there before. An event of another version is written as words:
 *  `job.lost_again` → `Job lost again`. */
export function titleOf(event: string, isDone: boolean, isAddition = false): string {
  const found = known.get(event);
  const words = isAddition ? (found?.added ?? found) : found;
  if (words) return isDone ? words.done : words.tried;
  const text = event.replace(/[._]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
