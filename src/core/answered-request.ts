// A request that was answered, as features count and keep it.

/** `stream`: it lasts as long as its page. `transfer`: a download or an upload, which lasts as long as its file is large. */
export const requestKinds = ['request', 'stream', 'transfer'] as const;
export type RequestKind = (typeof requestKinds)[number];

export type AnsweredRequest = {
  id: string;
  /** The time of its arrival, in milliseconds since 1970. */
  at: number;
  /** One of the methods that routes have, or `other`. */
  method: string;
  /** The pattern of its route, `none` for an unknown address. There are as many as routes. */
  route: string;
  kind: RequestKind;
  /** Path and query as sent. */
  address: string;
  status: number;
  /** The code of the refusal or error that was answered; null without one. */
  code: string | null;
  ms: number;
  /** The length of the answer; null for one that was sent in pieces. */
  bytes: number | null;
  /** The name of its sender; null when nobody was identified. */
  actor: string | null;
};

/** The status of a request whose sender left before its answer began. */
export const leftStatus = 499;

/** Codes of refusals by a rule with a status from 500 on. The other ones are failures of the server. */
export const refusingCodes: ReadonlySet<string> = new Set([
  'maintenance',
  'stopping',
  'no_workers',
  'too_many_streams',
]);
