// Checks that the server refuses what another site's page in the operator's browser could send, by sending it to itself.
import http from 'node:http';
import type { Check, Found } from '../../core/check.ts';
import { formatList } from '../../core/format.ts';
import { ownHosts } from '../../core/host.ts';
import type { OwnAddress } from '../../core/kernel.ts';
import { selfAttackHead } from '../self-attack-head.ts';
import { selfCheckHeader, selfCheckValue } from '../../core/self-check.ts';

type Attack = {
  name: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  /** Codes of the only refusals that mean that the attack itself was refused. */
  codes: string[];
};

const answerMaxMs = 5000;
const maxBodyLength = 4000;
const path = '/ui/checks/run';

/** `ownAddress`: null while the server does not listen. */
export function selfAttackCheck(ownAddress: () => OwnAddress | null): Check {
  return {
    ...selfAttackHead,
    everySec: 86_400,
    async look() {
      const address = ownAddress();
      if (!address) return { says: 'The server does not listen.', found: [] };
      // A wildcard address, such as 0.0.0.0, is no name that the guard accepts.
      const [own = ''] = ownHosts(address.port);
      const names: Record<'refused' | 'passed', string[]> = { refused: [], passed: [] };
      for (const attack of attacksOn(own))
        names[(await isRefused(address, attack)) ? 'refused' : 'passed'].push(attack.name);
      const says =
        names.refused.length > 0 ? `Refused: ${formatList(names.refused)}.` : 'Nothing was refused.';
      return { says, found: findPassed(names.passed) };
    },
  };
}

function attacksOn(own: string): Attack[] {
  return [
    {
      name: 'a forged Host',
      method: 'GET',
      path: '/operations',
      headers: { host: 'attacker.invalid' },
      codes: ['host_not_allowed'],
    },
    {
      name: 'a cross-site POST',
      method: 'POST',
      path,
      headers: { host: own, origin: 'http://attacker.invalid', 'sec-fetch-site': 'cross-site' },
      codes: ['cross_origin'],
    },
    {
      name: 'a GET that acts',
      method: 'GET',
      path,
      headers: { host: own, 'x-http-method-override': 'POST' },
      codes: ['not_found', 'method_not_allowed'],
    },
  ];
}

function findPassed(passed: string[]): Found[] {
  if (passed.length === 0) return [];
  return [
    {
      subject: 'passed',
      severity: 'error',
      title: 'Other sites can act in the name of the operator',
      text: `The server did not refuse ${formatList(passed)}. Stop it, and see whether a proxy before it or a change of its code lets these pass.`,
      stops: [],
    },
  ];
}

/** Rejects when the server does not answer. */
async function isRefused(address: OwnAddress, attack: Attack): Promise<boolean> {
  const { status, body } = await send(address, attack);
  return status >= 400 && status < 500 && attack.codes.some((code) => body.includes(`"${code}"`));
}

function send({ host, port }: OwnAddress, { method, path, headers }: Attack) {
  const marked = { accept: 'application/json', connection: 'close', [selfCheckHeader]: selfCheckValue };
  const options = { host, port, method, path, headers: { ...headers, ...marked }, timeout: answerMaxMs };
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request = http.request(options, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        body += body.length < maxBodyLength ? part : '';
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      answer.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('The server did not answer in time.')));
    request.on('error', reject);
    request.end();
  });
}
