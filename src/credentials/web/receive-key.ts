// The multipart form with one key file, in the field `file`.
import fs from 'node:fs';
import path from 'node:path';
import type { Multipart } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { receiveFile } from '../../core/receive-file.ts';
import { maxSecretFileBytes } from '../../core/secret-file.ts';
import { noFile, receiveUpload } from '../../web/upload-form.ts';
import { requester } from '../../web/requester.ts';
import { findCredential } from '../credentials.ts';
import type { CredentialContext } from '../parts.ts';

const unchanged = 'The key in use is unchanged.';

/** Settles when the key was checked, and is in use or waits. Throws the refusals of `Credentials.receive`. */
export async function receiveKey(
  { credentials, descriptors, secrets }: CredentialContext,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  findCredential(name);
  const received = await receiveUpload(request, reply, {
    descriptors,
    what: 'the key',
    maxBytes: maxSecretFileBytes,
    open: () => secrets.newFile(),
    read: readKey,
    close: (file, error) => {
      if (error !== undefined) fs.rmSync(file, { force: true });
    },
  });
  try {
    await credentials.receive(name, received.file, received.name, requester(request));
  } finally {
    fs.rmSync(received.file, { force: true });
  }
}

async function readKey(file: string, parts: AsyncIterable<Multipart>, signal: AbortSignal) {
  let name: string | null = null;
  for await (const part of parts) {
    if (part.type === 'field' && ['reason', 'confirm'].includes(part.fieldname)) continue;
    if (part.type === 'field' || part.fieldname !== 'file') {
      const unknown = JSON.stringify(part.fieldname.slice(0, 40));
      throw new AppError('bad_request', `The form has an unknown field ${unknown}. Send the key as file.`);
    }
    // A browser sends an empty part when no file was chosen.
    if (!part.filename) {
      part.file.resume();
      continue;
    }
    name = path.basename(part.filename).slice(0, 100);
    const limits = { maxBytes: maxSecretFileBytes, unchanged, onBytes() {} };
    await receiveFile({ file, name, body: part.file, signal, ...limits });
  }
  if (name === null) throw noFile(`No file was chosen. ${unchanged}`);
  return { file, name };
}
