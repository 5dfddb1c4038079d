// Sends the bytes it is given (base64) to the message descriptor.
import { readArguments, say } from '../message.ts';

say(Buffer.from(readArguments().text ?? '', 'base64'));
