/** What names an image, in the grammar of the OCI distribution specification. */
export interface ImageReference {
  /** The host, with its port where one is given: `docker.io`, `ghcr.io`. */
  readonly registry: string;
  /** As the registry knows it: `library/rust`. */
  readonly repository: string;
  readonly tag: string | null;
  /** With its algorithm: `sha256:…`. */
  readonly digest: string | null;
  /** As people write it, without tag and digest: `rust`, `ghcr.io/owner/name`. */
  readonly name: string;
}

const longestReference = 1024;
const repositoryPart = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const registryHost = /^(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const tagText = /^\w[\w.-]{0,127}$/;
const digestText = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** All of these hosts are the same registry. */
const dockerHubHosts = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
]);

/** Reads a reference as Docker does; null where it is none. */
export function parseImage(text: string): ImageReference | null {
  if (text.length > longestReference) return null;
  const [beforeDigest = '', digest = null, ...more] = text.split('@');
  if (more.length > 0 || (digest !== null && !digestText.test(digest))) return null;
  const tagAt = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
  const named = tagAt < 0 ? beforeDigest : beforeDigest.slice(0, tagAt);
  const tag = tagAt < 0 ? null : beforeDigest.slice(tagAt + 1);
  if (tag !== null && !tagText.test(tag)) return null;

  const { registry, path } = splitHost(named);
  if (!path.split('/').every((part) => repositoryPart.test(part))) return null;
  if (!dockerHubHosts.has(registry)) {
    if (!registryHost.test(registry)) return null;
    return { registry, repository: path, tag, digest, name: `${registry}/${path}` };
  }
  const repository = path.includes('/') ? path : `library/${path}`;
  const name = repository.replace(/^library\//, '');
  return { registry: 'docker.io', repository, tag, digest, name };
}

/** The first part is a host only where it could be nothing else. */
function splitHost(named: string): { registry: string; path: string } {
  const [first = '', ...rest] = named.split('/');
  const isHost = rest.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  return isHost
    ? { registry: first, path: rest.join('/') }
    : { registry: 'docker.io', path: named };
}
