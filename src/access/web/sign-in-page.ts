// The page that exchanges a token for a session, and the button that ends it.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Config, packageRoot } from '../../core/config.ts';
import { shortenHome } from '../../core/home.ts';
import { isRemote } from '../../core/host.ts';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { readRefusal, setStatus } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { signInPath } from '../../web/signed-out.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { AccessContext } from '../parts.ts';
import { signsIn, signsOut } from './actions.ts';
import { clearSession, readSession, writeSession } from './session-cookie.ts';

export const signInPage: Page = { path: signInPath, cards: [], examples: [signInPath] };

export function registerSignIn(app: FastifyInstance, { config, requirement, signIn }: AccessContext) {
  const send = (reply: FastifyReply, back: string, problem: string | null) =>
    sendSignIn(reply, {
      back,
      problem,
      isOpen: problem === null && isOpen(),
      command: commandFor(reply, config),
    });
  app.get<{ Querystring: { back?: string } }>(
    signInPath,
    {
      config: { isPage: true, reads: 'anyone' },
      schema: { querystring: objectSchema({ back: textSchema }) },
    },
    (request, reply) => send(reply, request.query.back ?? '', null),
  );

  app.post<Posted>(signInPath, { ...isForm, config: signsIn }, async (request, reply) => {
    const { token = '', back = '' } = request.body ?? {};
    try {
      const { secret } = await signIn.signIn(token.trim(), readSession(request), requester(request));
      writeSession(reply, secret);
      return await reply.redirect(url(app.landing(back)), 303);
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      return send(setStatus(reply, error), back, error.message);
    }
  });

  app.post('/sign-out', { config: { ...signsOut, page: '/' } }, async (request, reply) => {
    const session = request.identity?.by === 'session' ? readSession(request) : null;
    await signIn.signOut(session, requester(request));
    clearSession(reply);
    return reply.redirect(url(isOpen() ? '/' : signInPath), 303);
  });

  function isOpen(): boolean {
    return !requirement.isRequired();
  }
}

/** `back`: the path to go to afterwards; `problem`: why the token was refused; `isOpen`: no token is needed; `command`: creates
 *  a token. */
type SignInPage = { back: string; problem: string | null; isOpen: boolean; command: string };

/** The page has no navigation. */
function sendSignIn(reply: FastifyReply, { back, ...page }: SignInPage) {
  return reply.sendPage({
    template: 'access/sign-in-page',
    title: 'Sign in',
    isBare: true,
    data: { back: reply.server.landing(back), ...page },
  });
}

/** Names the folders of this server, so that it works in any folder; only people on this machine read them. */
function commandFor({ request }: FastifyReply, { root }: Pick<Config, 'root'>): string {
  const create = 'run chl -- token create --name NAME --role admin';
  if (isRemote(request.ip)) return `npm ${create}`;
  return `CHL_EXPERIENCE_ROOT=${quote(root)} npm --prefix ${quote(packageRoot)} ${create}`;
}

/** Quotes a path for a shell, which reads `~` only outside of quotes. */
function quote(folder: string): string {
  const [, home = '', rest = ''] = /^(~\/)?(.*)$/.exec(shortenHome(folder.replace(/\/$/, ''))) ?? [];
  return home + (/^[\w./-]*$/.test(rest) ? rest : `'${rest.replaceAll("'", String.raw`'\''`)}'`);
}
