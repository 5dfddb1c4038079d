// Starts a daemon that sheds everything: double fork, own session, other folder, closed descriptors, empty environment. Its
// last argument is `text`, by which a test finds it; its parent is gone, and it ignores signals, before the message. Then
// ends, or runs on.
import { spawnSync } from 'node:child_process';
import { readArguments, runOn, send } from '../message.ts';

const { text = '', count = 0 } = readArguments();
const daemon = `cd /; trap "" TERM HUP; exec 0<&- 1>&- 2>&- 3>&-; while :; do sleep 600; done`;
const hide = `exec env -i setsid /bin/sh -c '${daemon}' daemon ${text}`;
// Returns when the daemon has closed its stdout.
spawnSync('setsid', ['/bin/sh', '-c', `(${hide}) & exit 0`], { stdio: ['inherit', 'pipe', 'inherit'] });
if (count > 0) runOn('daemon started');
else send({ type: 'progress', done: 1, phase: 'daemon started' });
