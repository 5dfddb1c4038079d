import './forks-a-daemon.ts';
import { runOn } from '../message.ts';

runOn('forked');
