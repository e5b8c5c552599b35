import type { Tampering } from './cargo-tampering.ts';
import { bystander } from './npm-trees.ts';
import { versionsOf, withAdvisory } from './registries.ts';
import { neighbourOf } from './stage.ts';
import { type Staged, textOf } from './staged.ts';

const hourMs = 3_600_000;

type Entry = Record<string, unknown>;
interface Lockfile {
  readonly packages: Record<string, Entry>;
}

function withLockfile(
  staged: Staged,
  change: (packages: Record<string, Entry>) => void,
): Staged {
  const lock: Lockfile = JSON.parse(textOf(staged.after['package-lock.json'] ?? ''));
  change(lock.packages);
  const text = JSON.stringify(lock, null, 2);
  return { ...staged, after: { ...staged.after, 'package-lock.json': text } };
}

function withEntry(staged: Staged, name: string, change: (entry: Entry) => void): Staged {
  return withLockfile(staged, (packages) => {
    const entry = packages[`node_modules/${name}`];
    if (entry) change(entry);
  });
}

function withManifest(staged: Staged, change: (manifest: Entry) => void): Staged {
  const manifest = JSON.parse(textOf(staged.after['package.json'] ?? ''));
  change(manifest);
  const text = JSON.stringify(manifest, null, 2);
  return { ...staged, after: { ...staged.after, 'package.json': text } };
}

const coming = ({ updates }: Staged) => updates[0]?.name ?? '';
const foreignIntegrity = `sha512-${'A'.repeat(86)}==`;

async function movedTo(
  staged: Staged,
  name: string,
  version: string | null,
): Promise<Staged | null> {
  const all = (await versionsOf('npm', name))?.versions ?? [];
  const release = all.find((one) => one.version === version);
  const lock: Lockfile = JSON.parse(textOf(staged.after['package-lock.json'] ?? ''));
  const entry = lock.packages[`node_modules/${name}`];
  if (!release || !entry || entry['version'] === version) return null;
  return withEntry(staged, name, (entry) => {
    const file = `${name.split('/').at(-1)}-${version}.tgz`;
    Object.assign(entry, {
      ...{ version, integrity: release.integrity },
      resolved: `https://registry.npmjs.org/${name}/-/${file}`,
    });
  });
}

/** What a package-lock.json or a package.json can be tampered with. */
export const npmTamperings: Readonly<Record<string, Tampering>> = {
  'another checksum of a package that stays': (staged) =>
    withEntry(staged, bystander.name, (entry) => {
      entry['integrity'] = foreignIntegrity;
    }),
  'another checksum of the package that comes': (staged) =>
    withEntry(staged, coming(staged), (entry) => {
      entry['integrity'] = foreignIntegrity;
    }),
  'the package that comes from another host': (staged) =>
    withEntry(staged, coming(staged), (entry) => {
      entry['resolved'] = String(entry['resolved']).replace(
        'registry.npmjs.org',
        'evil.example',
      );
    }),
  'the package that comes from the place of another': (staged) =>
    withEntry(staged, coming(staged), (entry) => {
      entry['resolved'] = 'https://registry.npmjs.org/evil/-/evil-1.0.0.tgz';
    }),
  'the package that comes is a link': (staged) =>
    withLockfile(staged, (packages) => {
      packages[`node_modules/${coming(staged)}`] = { resolved: 'src', link: true };
      packages['src'] = { name: coming(staged), version: '9.9.9' };
    }),
  'another version of a package than the announced one': async (staged) => {
    const [update] = staged.updates;
    if (!update) return null;
    return movedTo(staged, update.name, await neighbourOf('npm', update.name, update.to));
  },
  'another package moves as well': (staged) =>
    movedTo(staged, bystander.name, bystander.newer),
  'a package that nothing needs': async (staged) => {
    const release = (await versionsOf('npm', 'left-pad'))?.versions.at(-1);
    if (!release) return null;
    const { version, integrity } = release;
    const resolved = `https://registry.npmjs.org/left-pad/-/left-pad-${version}.tgz`;
    return withLockfile(staged, (packages) => {
      packages['node_modules/left-pad'] = { version, resolved, integrity };
      const entry = packages[`node_modules/${coming(staged)}`];
      if (entry)
        entry['dependencies'] = { ...Object(entry['dependencies']), 'left-pad': '*' };
    });
  },
  'a script in package.json': (staged) =>
    withManifest(staged, (manifest) => {
      manifest['scripts'] = { postinstall: 'node src/lib.rs' };
    }),
  'an override in package.json': (staged) =>
    withManifest(staged, (manifest) => {
      manifest['overrides'] = { [bystander.name]: 'npm:evil@1.0.0' };
    }),
  'a requirement that names a repository': (staged) =>
    withManifest(staged, (manifest) => {
      manifest['dependencies'] = {
        ...Object(manifest['dependencies']),
        [bystander.name]: 'evil/ms',
      };
    }),
  'a package published an hour ago': async (staged) => {
    const [update] = staged.updates;
    const all = update ? (await versionsOf('npm', update.name))?.versions : [];
    const publishedAt = all?.find(({ version }) => version === update?.to)?.publishedAt;
    if (!publishedAt) return null;
    return { ...staged, now: new Date(Date.parse(publishedAt) + hourMs) };
  },
  // The database of npm is not among the data: a record about what comes is made.
  'a package hit by an advisory': (staged) => {
    const [update] = staged.updates;
    if (!update) return null;
    const about = { name: update.name, version: update.to };
    return { ...staged, advisories: (usual) => withAdvisory(usual, about) };
  },
};
