import { spawn } from 'node:child_process';
import { runOn } from '../message.ts';

spawn('sh', ['-c', 'yes | cat > /dev/null'], { stdio: 'inherit' });
runOn('piping');
