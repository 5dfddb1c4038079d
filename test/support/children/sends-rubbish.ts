// Sends the given bytes (base64) to the message descriptor.
import { readArguments, send } from '../message.ts';

send(Buffer.from(readArguments().text ?? '', 'base64'));
