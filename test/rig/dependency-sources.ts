import { createHash } from 'node:crypto';
import { type ServedAdvisory, serveOsv } from './osv-server.ts';
import { type RegistryServer, startRegistryServer } from './registry-server.ts';

/** A line of the sparse index, but for what has a default. */
export interface CrateVersion {
  readonly vers: string;
  readonly deps?: readonly CrateDependency[];
  readonly features?: Readonly<Record<string, readonly string[]>>;
  readonly yanked?: boolean;
  readonly rust_version?: string;
  /** By default years ago. */
  readonly pubtime?: string;
}

export interface CrateDependency {
  readonly name: string;
  readonly req: string;
  readonly optional?: boolean;
  readonly kind?: 'normal' | 'build' | 'dev';
  readonly features?: readonly string[];
  readonly default_features?: boolean;
  readonly target?: string;
}

/** A version of a packument, with when it was published, by default years ago. */
export interface NpmVersion {
  readonly version: string;
  readonly publishedAt?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly deprecated?: string;
  readonly engines?: Readonly<Record<string, string>>;
}

/** A release as endoflife.date has it. */
export interface ServedRelease {
  readonly name: string;
  readonly codename?: string;
  readonly isEol: boolean;
  readonly eolFrom?: string;
  readonly isLts?: boolean;
}

export interface ServedRepository {
  /** Commits by tag. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly branches?: Readonly<Record<string, string>>;
  readonly archived?: boolean;
}

const longAgo = '2020-01-01T00:00:00.000Z';

/** All that a dependency audit asks, on one local server; empty until it is told. */
export interface DependencySources extends RegistryServer {
  /** For the input `registries`. */
  readonly registries: string;
  crate(name: string, ...versions: readonly CrateVersion[]): void;
  npm(name: string, latest: string, ...versions: readonly NpmVersion[]): void;
  advise(...advisories: readonly ServedAdvisory[]): void;
  /** An image of Docker Hub, `library/rust:1.93`, with what its tag stands for now. */
  image(name: string, digest: string): void;
  product(name: string, ...releases: readonly ServedRelease[]): void;
  repository(name: string, about: ServedRepository): void;
  /** The requests to one source, such as `/crates`, in the order of arrival. */
  asked(source: string): string[];
}

/** Starts the sources. What they were not told of is not there: 404. */
export async function startDependencySources(): Promise<DependencySources> {
  const server = await startRegistryServer({});
  const { url, routes, requests } = server;
  const advise = serveOsv(server);
  routes['/hub/token'] = { body: { token: 'of-everybody' } };
  return Object.assign(server, {
    advise,
    registries: JSON.stringify({
      'crates.io': `${url}/crates`,
      npm: `${url}/npm`,
      osv: `${url}/osv`,
      'osv-feed': `${url}/feed`,
      endoflife: `${url}/eol`,
      github: `${url}/git`,
      'github-api': `${url}/api`,
      'docker.io': `${url}/hub`,
    }),
    crate(name: string, ...versions: readonly CrateVersion[]) {
      const lines = versions.map(
        (version) => `${JSON.stringify(indexLine(name, version))}\n`,
      );
      routes[`/crates/${folderOf(name)}/${name}`] = { body: lines.join('') };
    },
    npm(name: string, latest: string, ...versions: readonly NpmVersion[]) {
      const path = `/npm/${encodeURIComponent(name).replace('%40', '@')}`;
      const whole = packument(name, latest, versions);
      const { time, ...rest } = whole;
      const abbreviated = { ...rest, modified: time['modified'] };
      routes[path] = ({ headers }) => ({
        body: headers.accept?.includes('npm.install-v1') ? abbreviated : whole,
      });
    },
    image(name: string, digest: string) {
      const [repository = '', tag = ''] = name.split(':');
      const challenge = `Bearer realm="${url}/hub/token",service="hub",scope="repository:${repository}:pull"`;
      routes[`/hub/v2/${repository}/manifests/${tag}`] = ({ headers }) =>
        headers.authorization === 'Bearer of-everybody'
          ? { headers: { 'docker-content-digest': digest } }
          : { status: 401, headers: { 'www-authenticate': challenge } };
    },
    product(name: string, ...releases: readonly ServedRelease[]) {
      routes[`/eol/api/v1/products/${name}`] = { body: { result: { name, releases } } };
    },
    repository(name: string, about: ServedRepository) {
      const { archived = false } = about;
      routes[`/git/${name}.git/info/refs`] = { body: advertisement(about) };
      routes[`/api/repos/${name}`] = { body: { full_name: name, archived } };
    },
    asked(source: string) {
      return requests
        .filter(
          ({ path }) =>
            /^[/?]/.test(path.slice(source.length)) && path.startsWith(source),
        )
        .map(({ method, path }) => `${method} ${path.slice(source.length)}`);
    },
  });
}

/** A digest that nobody could take for another. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** A commit that nobody could take for another. */
export function commitOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function indexLine(name: string, { deps = [], ...version }: CrateVersion): object {
  return {
    name,
    deps: deps.map((dependency) => ({
      features: [],
      optional: false,
      default_features: true,
      target: null,
      kind: 'normal',
      ...dependency,
    })),
    cksum: createHash('sha256').update(`${name} ${version.vers}`).digest('hex'),
    features: {},
    yanked: false,
    pubtime: longAgo,
    v: 2,
    ...version,
  };
}

function folderOf(name: string): string {
  if (name.length <= 2) return String(name.length);
  return name.length === 3 ? `3/${name[0]}` : `${name.slice(0, 2)}/${name.slice(2, 4)}`;
}

function packument(name: string, latest: string, versions: readonly NpmVersion[]) {
  const times = versions.map(({ version, publishedAt = longAgo }) => [
    version,
    publishedAt,
  ]);
  const modified =
    times
      .map(([, time = '']) => time)
      .sort()
      .at(-1) ?? longAgo;
  const time: Record<string, string> = { modified, ...Object.fromEntries(times) };
  return {
    name,
    'dist-tags': { latest },
    versions: Object.fromEntries(
      versions.map(({ publishedAt: _, ...one }) => [one.version, { name, ...one }]),
    ),
    time,
  };
}

/** What git's smart HTTP lists; a tag that ends in `^{}` is what an annotated one stands for. */
function advertisement({ tags = {}, branches = {} }: ServedRepository): string {
  const [head = commitOf('head')] = Object.values(branches);
  const refs = [
    `${head} HEAD\0symref=HEAD:refs/heads/main agent=git/2.39.5`,
    ...Object.entries(branches).map(([name, commit]) => `${commit} refs/heads/${name}`),
    ...Object.entries(tags).map(([name, commit]) => `${commit} refs/tags/${name}`),
  ];
  const packet = (line: string) =>
    `${(Buffer.byteLength(line) + 5).toString(16).padStart(4, '0')}${line}\n`;
  return `${packet('# service=git-upload-pack')}0000${refs.map(packet).join('')}0000`;
}
