import type { Http } from './http.ts';
import { hostOf, jsonOf, textAt, unexpected } from './read-answer.ts';
import { SourceFailed } from './source-failed.ts';

/**
 * Fetches the token that a registry gives to everybody, by its challenge (the token flow of
 * the OCI distribution specification). Throws `SourceFailed`.
 */
export async function tokenFor(
  challenge: string,
  base: string,
  repository: string,
  http: Http,
  signal: AbortSignal,
): Promise<string> {
  const parameters = bearerParameters(challenge);
  const realm = URL.parse(parameters?.get('realm') ?? '');
  if (!parameters || !realm || !isAllowed(realm, new URL(base))) {
    throw new SourceFailed(
      hostOf(base),
      `${hostOf(base)} asks for a way to sign in that is not known or not safe.`,
    );
  }
  const service = parameters.get('service');
  if (service !== undefined) realm.searchParams.set('service', service);
  const scope = parameters.get('scope') ?? `repository:${repository}:pull`;
  realm.searchParams.set('scope', scope);
  const answer = await http.get(realm.href, { signal, maxBytes: 1024 ** 2 });
  if (answer.status !== 200) throw unexpected(answer, realm.href);
  const body = jsonOf(answer, realm.href);
  const token = textAt(body, 'token') ?? textAt(body, 'access_token');
  // Anything else could not stand in a header.
  if (token !== null && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new SourceFailed(realm.host, `${realm.host} answered without a token`);
}

/**
 * The parameters of the challenge `Bearer` in `WWW-Authenticate`, by names in lower case;
 * null where there is none. Quoted values may hold commas (RFC 9110, 11.6.1).
 */
export function bearerParameters(challenge: string): ReadonlyMap<string, string> | null {
  const start = /(?:^|,)\s*bearer\s+/i.exec(challenge);
  if (!start) return null;
  const parameters = new Map<string, string>();
  const rest = challenge.slice(start.index + start[0].length);
  const parameter = /\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)/y;
  for (let found = parameter.exec(rest); found; found = parameter.exec(rest)) {
    const [, name = '', quoted, plain = ''] = found;
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain);
  }
  return parameters;
}

/** A registry that is itself asked in the clear on this machine may send there as well. */
function isAllowed(realm: URL, registry: URL): boolean {
  if (realm.protocol === 'https:') return true;
  const isLoopback = ({ protocol, hostname }: URL) =>
    protocol === 'http:' && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  return isLoopback(realm) && isLoopback(registry);
}
