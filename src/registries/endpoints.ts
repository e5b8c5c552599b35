/** Where each source is asked: base URLs without a slash at their end. */
export interface Endpoints {
  /** The sparse index of crates.io. */
  readonly crates: string;
  readonly npm: string;
  /** The API of osv.dev. */
  readonly osv: string;
  /** The bucket that has all records of osv.dev as files. */
  readonly osvFeed: string;
  readonly endOfLife: string;
  /** Serves git. */
  readonly github: string;
  readonly githubApi: string;
  /** By the host as it stands in the name of an image: `docker.io`, `ghcr.io`. */
  readonly images: ReadonlyMap<string, string>;
}

const sources = {
  'crates.io': 'https://index.crates.io',
  npm: 'https://registry.npmjs.org',
  osv: 'https://api.osv.dev',
  'osv-feed': 'https://osv-vulnerabilities.storage.googleapis.com',
  endoflife: 'https://endoflife.date',
  github: 'https://github.com',
};

/**
 * The image registries that are asked without being told to. No other is: the name of an
 * image comes from the repository, and must not send requests to a host of the network.
 */
const imageRegistries = {
  'docker.io': 'https://registry-1.docker.io',
  'ghcr.io': 'https://ghcr.io',
  'quay.io': 'https://quay.io',
  'gcr.io': 'https://gcr.io',
  'mirror.gcr.io': 'https://mirror.gcr.io',
  'registry.k8s.io': 'https://registry.k8s.io',
  'mcr.microsoft.com': 'https://mcr.microsoft.com',
  'public.ecr.aws': 'https://public.ecr.aws',
  'registry.gitlab.com': 'https://registry.gitlab.com',
  'registry.access.redhat.com': 'https://registry.access.redhat.com',
  'docker.elastic.co': 'https://docker.elastic.co',
  'cgr.dev': 'https://cgr.dev',
};

/**
 * Puts the URLs of the input `registries` in place of the public ones. Throws where a name
 * is neither that of a source nor a host.
 */
export function endpoints(
  registries: ReadonlyMap<string, string> | Readonly<Record<string, string>> = {},
): Endpoints {
  const given = registries instanceof Map ? registries : Object.entries(registries);
  const urls = new Map(Object.entries(sources));
  const images = new Map(Object.entries(imageRegistries));
  let githubApi = 'https://api.github.com';
  for (const [name, url] of given) {
    const base = url.replace(/\/+$/, '');
    if (name === 'github-api') continue;
    if (urls.has(name)) urls.set(name, base);
    else if (/[.:]/.test(name)) images.set(name.toLowerCase(), base);
    else throw new Error(unknownSource(name));
    // GitHub Enterprise Server has its API below its own host.
    if (name === 'github') githubApi = `${base}/api/v3`;
  }
  const api = new Map(given).get('github-api');
  if (api !== undefined) githubApi = api.replace(/\/+$/, '');
  const url = (name: keyof typeof sources) => urls.get(name) ?? sources[name];
  return {
    crates: url('crates.io'),
    npm: url('npm'),
    osv: url('osv'),
    osvFeed: url('osv-feed'),
    endOfLife: url('endoflife'),
    github: url('github'),
    githubApi,
    images,
  };
}

function unknownSource(name: string): string {
  const known = [...Object.keys(sources), 'github-api'].join(', ');
  return `registries: \`${name}\` is not the name of a source (${known}) nor the host of an image registry.`;
}
