// Starts a process outside our group and without our environment, prints its pid, and keeps running.
import { spawn } from 'node:child_process';
import { runOn, writeAll } from '../message.ts';

const daemon = spawn('sleep', ['600'], { detached: true, env: { PATH: process.env.PATH }, stdio: 'ignore' });
daemon.unref();
writeAll(1, Buffer.from(`${daemon.pid}\n`));
runOn('left');
