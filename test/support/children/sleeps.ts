import { runOn } from '../message.ts';

runOn('asleep');
