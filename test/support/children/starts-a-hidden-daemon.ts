// Starts a daemon that sheds everything: double fork, own session, other folder, closed descriptors, empty environment. Its
// last argument is `text`, by which a test finds it; its parent is gone before the message. Then ends, or runs on.
import { spawnSync } from 'node:child_process';
import { readArguments, runOn, send } from '../message.ts';

const { text = '', count = 0 } = readArguments();
const daemon = `cd /; trap "" TERM HUP; while :; do sleep 600; done`;
const hide = `exec env -i setsid /bin/sh -c '${daemon}' daemon ${text} 0<&- 1>&- 2>&- 3>&-`;
spawnSync('setsid', ['/bin/sh', '-c', `(${hide}) & exit 0`], { stdio: 'inherit' });
if (count > 0) runOn('daemon started');
else send({ type: 'progress', done: 1, phase: 'daemon started' });
