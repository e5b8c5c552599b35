import { createHash } from 'node:crypto';
import type { Endpoints } from './endpoints.ts';
import type { Http, HttpAnswer } from './http.ts';
import { hostOf, jsonOf, unexpected, valueAt } from './read-answer.ts';
import { tokenFor } from './registry-token.ts';
import { SourceFailed } from './source-failed.ts';

export interface ImageRepository {
  /** As the name of the image has it: `docker.io`. */
  readonly registry: string;
  readonly repository: string;
}

export interface ImageQuestion extends ImageRepository {
  /** A tag or a digest. */
  readonly reference: string;
}

/** Indexes first: the digest that a tag stands for is that of all its platforms. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const tagsPerPage = 1000;
const mostPages = 20;

/**
 * The digest that a tag stands for now; null where there is no such tag. Asks by HEAD, which
 * Docker Hub does not count as a pull. Throws `SourceFailed`, also for registries that are
 * neither well known nor named in the input `registries`: those are not asked.
 */
export async function imageDigest(
  image: ImageQuestion,
  http: Http,
  { images }: Endpoints,
  signal: AbortSignal,
): Promise<string | null> {
  const base = baseOf(image, images);
  if (!isRepository(image.repository) || !isReference(image.reference)) return null;
  const url = `${base}/v2/${image.repository}/manifests/${image.reference}`;
  const ask = (method: 'HEAD' | 'GET') =>
    authorized(image, base, http, signal, (headers) =>
      http.get(url, {
        signal,
        method,
        headers,
        accept: manifestTypes,
        maxBytes: 4 * 1024 ** 2,
      }),
    );
  const answer = await ask('HEAD');
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw unexpected(answer, url);
  const digest = answer.headers.get('docker-content-digest');
  if (digest !== null && isDigest(digest)) return digest;
  const manifest = await ask('GET');
  if (manifest.status !== 200) throw unexpected(manifest, url);
  return `sha256:${createHash('sha256').update(manifest.bytes()).digest('hex')}`;
}

/**
 * The tags of an image, in no order; null where there is no such image, or where it has more
 * than 20,000. Throws `SourceFailed`.
 */
export async function tagsOf(
  image: ImageRepository,
  http: Http,
  { images }: Endpoints,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  const base = baseOf(image, images);
  if (!isRepository(image.repository)) return null;
  const tags = new Set<string>();
  let url = `${base}/v2/${image.repository}/tags/list?n=${tagsPerPage}`;
  for (let page = 0; page < mostPages; page++) {
    const answer = await authorized(image, base, http, signal, (headers) =>
      http.get(url, { signal, headers }),
    );
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw unexpected(answer, url);
    const listed = valueAt(jsonOf(answer, url), 'tags');
    for (const tag of Array.isArray(listed) ? listed : []) {
      if (typeof tag === 'string' && isReference(tag)) tags.add(tag);
    }
    const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(answer.headers.get('link') ?? '');
    const next = link?.[1] === undefined ? null : URL.parse(link[1], url);
    if (next?.origin !== new URL(url).origin) return tags;
    url = next.href;
  }
  return null;
}

function baseOf({ registry }: ImageRepository, images: Endpoints['images']): string {
  const base = images.get(registry.toLowerCase());
  if (base !== undefined) return base;
  throw new SourceFailed(
    registry,
    `${registry} was not asked: it is not one of the registries that are well known. Name it in \`registries\` to have it asked.`,
  );
}

/** Asks, and asks again with the token that the registry then wants; always as nobody. */
async function authorized(
  image: ImageRepository,
  base: string,
  http: Http,
  signal: AbortSignal,
  ask: (headers: Record<string, string>) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const tokens = tokensOf(http);
  const place = `${base}/${image.repository}`;
  const known = await tokens.get(place);
  const answer = await ask(known === undefined ? {} : bearer(known));
  if (answer.status !== 401 && answer.status !== 403) return answer;
  const closed = () =>
    new SourceFailed(
      hostOf(base),
      `${hostOf(base)} does not show ${image.repository} to everybody: it is private, or does not exist.`,
      { status: answer.status },
    );
  const challenge = answer.headers.get('www-authenticate');
  if (answer.status === 403 || challenge === null) throw closed();
  const token = tokenFor(challenge, base, image.repository, http, signal).catch(
    (error) => {
      const isRefused =
        error instanceof SourceFailed && [401, 403].includes(error.status ?? 0);
      throw isRefused ? closed() : error;
    },
  );
  tokens.set(place, token);
  const again = await ask(bearer(await token));
  if (again.status === 401 || again.status === 403) throw closed();
  return again;
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** The tokens of a run, by repository. */
const tokensByClient = new WeakMap<Http, Map<string, Promise<string>>>();

function tokensOf(http: Http): Map<string, Promise<string>> {
  const tokens = tokensByClient.get(http) ?? new Map<string, Promise<string>>();
  tokensByClient.set(http, tokens);
  return tokens;
}

function isRepository(text: string): boolean {
  const isName = (part: string) => /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(part);
  return text.length <= 255 && text.split('/').every(isName);
}

function isReference(text: string): boolean {
  return /^\w[\w.-]{0,127}$/.test(text) || isDigest(text);
}

function isDigest(text: string): boolean {
  return /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(text);
}
