import { isCompatibleUpdate } from '../../../src/dependencies/version.ts';
import { isFirstFix, type RustsecRecord } from '../rustsec.ts';
import { cratesIo } from './lockfiles.ts';
import { versionsOf, withAdvisory, yanking } from './registries.ts';
import { neighbourOf } from './stage.ts';
import { type Staged, textOf } from './staged.ts';

/** Does something to a pull request; null where there is nothing to do it to. */
export type Tampering = (
  staged: Staged,
  records: ReadonlyMap<string, RustsecRecord>,
) => Staged | null | Promise<Staged | null>;

const hourMs = 3_600_000;
/** Of these crates, nothing needs the first, and many need the second. */
const bystander = 'unindent';
const shared = 'itoa';

/** Changes the entry of a crate in the new lockfile. */
function withEntry(
  staged: Staged,
  name: string,
  change: (entry: string) => string,
): Staged | null {
  const lock = textOf(staged.after['Cargo.lock'] ?? '');
  const entry = entryOf(lock, name);
  if (entry === null) return null;
  const text = lock.replace(entry, () => change(entry));
  return text === lock
    ? null
    : { ...staged, after: { ...staged.after, 'Cargo.lock': text } };
}

/** The last of its entries: of several versions, the announced one. */
function entryOf(lock: string, name: string): string | null {
  const entries = lock.match(/\[\[package\]\]\n[^[]*(?:\[[^[]*\]\n)?/g) ?? [];
  return entries.filter((one) => one.includes(`\nname = "${name}"\n`)).at(-1) ?? null;
}

function coming({ updates }: Staged): string {
  return updates[0]?.name ?? '';
}

function withManifest(staged: Staged, change: (text: string) => string): Staged | null {
  const text = textOf(staged.after['Cargo.toml'] ?? '');
  const changed = change(text);
  if (text === changed) return null;
  return { ...staged, after: { ...staged.after, 'Cargo.toml': changed } };
}

/** Puts a crate of the registry into the lockfile, at a version of its own. */
async function movedTo(
  staged: Staged,
  name: string,
  version: string,
): Promise<Staged | null> {
  const release = (await versionsOf('cargo', name))?.versions.find(
    (one) => one.version === version,
  );
  if (!release) return null;
  const lock = textOf(staged.after['Cargo.lock'] ?? '');
  const old = /\nversion = "([^"]+)"/.exec(entryOf(lock, name) ?? '')?.[1];
  if (old === undefined || old === version) return null;
  const moved = withEntry(staged, name, (entry) =>
    entry
      .replace(`version = "${old}"`, `version = "${version}"`)
      .replace(/checksum = "[^"]*"/, `checksum = "${release.integrity}"`),
  );
  if (!moved) return null;
  const text = textOf(moved.after['Cargo.lock'] ?? '').replaceAll(
    ` "${name} ${old}",`,
    ` "${name} ${version}",`,
  );
  return { ...moved, after: { ...moved.after, 'Cargo.lock': text } };
}

/** Moves a crate to the version next to the one that it has. */
async function movedAway(staged: Staged, name: string): Promise<Staged | null> {
  const lock = textOf(staged.after['Cargo.lock'] ?? '');
  const version = /\nversion = "([^"]+)"/.exec(entryOf(lock, name) ?? '')?.[1];
  const next = version ? await neighbourOf('cargo', name, version) : null;
  return next ? movedTo(staged, name, next) : null;
}

/** A crate that is not there, and that no build of the crate that comes asks for. */
async function strangerTo(staged: Staged): Promise<string | undefined> {
  const lock = textOf(staged.after['Cargo.lock'] ?? '');
  const all = (await versionsOf('cargo', coming(staged)))?.versions ?? [];
  const asked = all.flatMap(({ dependencies }) =>
    dependencies.filter(({ scope }) => scope !== 'dev').map((one) => one.package),
  );
  return ['hex', 'titlecase', 'roman'].find(
    (name) => !asked.includes(name) && entryOf(lock, name) === null,
  );
}

/** Says in the message, the manifest and the lockfile that it goes elsewhere. */
async function announcedTo(staged: Staged, to: string): Promise<Staged | null> {
  const [update] = staged.updates;
  const [commit] = staged.commits;
  if (!update || !commit || staged.updates.length !== 1) return null;
  const moved = await movedTo(staged, update.name, to);
  if (!moved) return null;
  const elsewhere = (text: string) => text.replaceAll(update.to, to);
  const manifest = elsewhere(textOf(moved.after['Cargo.toml'] ?? ''));
  return {
    ...moved,
    updates: [{ ...update, to }],
    commits: [{ ...commit, message: elsewhere(commit.message) }],
    after: { ...moved.after, 'Cargo.toml': manifest },
  };
}

/** What a lockfile or a manifest of cargo can be tampered with. */
export const cargoTamperings: Readonly<Record<string, Tampering>> = {
  'another checksum of a crate that stays': (staged) =>
    withEntry(staged, bystander, (entry) =>
      entry.replace(/checksum = "[^"]*"/, `checksum = "${'0'.repeat(64)}"`),
    ),
  'another checksum of the crate that comes': (staged) =>
    withEntry(staged, coming(staged), (entry) =>
      entry.replace(/checksum = "[^"]*"/, `checksum = "${'0'.repeat(64)}"`),
    ),
  'no checksum of the crate that comes': (staged) =>
    withEntry(staged, coming(staged), (entry) =>
      entry.replace(/checksum = "[^"]*"\n/, ''),
    ),
  'the crate that comes from git': (staged) =>
    withEntry(staged, coming(staged), (entry) =>
      entry.replace(cratesIo, `git+https://evil.example/crate#${'a'.repeat(40)}`),
    ),
  'the crate that comes from another registry': (staged) =>
    withEntry(staged, coming(staged), (entry) =>
      entry.replace(cratesIo, 'registry+https://evil.example/index'),
    ),
  'the crate that comes from a folder': (staged) =>
    withEntry(staged, coming(staged), (entry) =>
      entry.replace(/source = .*\nchecksum = .*\n/, ''),
    ),
  'another version than the announced one': async (staged) => {
    const [update] = staged.updates;
    const version = update && (await neighbourOf('cargo', update.name, update.to));
    return version ? movedTo(staged, update.name, version) : null;
  },
  'another crate moves as well': (staged) => movedAway(staged, bystander),
  'what the announced crate needs moves, without need': (staged) =>
    movedAway(staged, shared),
  'another crate goes back': (staged) => movedTo(staged, bystander, '0.1.0'),
  'a crate that nothing needs': async (staged) => {
    const name = await strangerTo(staged);
    const release = name && (await versionsOf('cargo', name))?.versions.at(-1);
    if (!release) return null;
    const { version, integrity } = release;
    const need = ` "${name} ${version}",\n`;
    const asked = withEntry(staged, coming(staged), (entry) =>
      entry.includes('dependencies = [\n')
        ? entry.replace('dependencies = [\n', `dependencies = [\n${need}`)
        : `${entry.trimEnd()}\ndependencies = [\n${need}]\n`,
    );
    if (!asked) return null;
    const added = `\n[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "${cratesIo}"\nchecksum = "${integrity}"\n`;
    const text = textOf(asked.after['Cargo.lock'] ?? '') + added;
    return { ...asked, after: { ...asked.after, 'Cargo.lock': text } };
  },
  'a patch in the manifest': (staged) =>
    withManifest(
      staged,
      (text) =>
        `${text}\n[patch.crates-io]\n${bystander} = { git = "https://evil.example/x" }\n`,
    ),
  'a build script in the manifest': (staged) =>
    withManifest(staged, (text) =>
      text.replace('edition = "2021"', 'edition = "2021"\nbuild = "src/lib.rs"'),
    ),
  'a requirement that takes anything': (staged) =>
    withManifest(staged, (text) => text.replace(/^unindent = .*$/m, 'unindent = "*"')),
  'a crate under the name of another': (staged) =>
    withManifest(staged, (text) =>
      text.replace(/^unindent = .*$/m, 'unindent = { version = "0.1", package = "hex" }'),
    ),
  'out of the caret range': async (staged) => {
    const [update] = staged.updates;
    if (!update) return null;
    const all = (await versionsOf('cargo', update.name))?.versions ?? [];
    const other = all.find(
      ({ version, yanked }) =>
        !yanked && isCompatibleUpdate(update.from, version) === false,
    );
    return other ? announcedTo(staged, other.version) : null;
  },
  'published an hour ago': async (staged, records) => {
    const [update] = staged.updates;
    const all = update ? (await versionsOf('cargo', update.name))?.versions : [];
    const publishedAt = all?.find(({ version }) => version === update?.to)?.publishedAt;
    // The lowest version that clears an advisory may come at once: that is the rule.
    if (!publishedAt) return null;
    if (staged.updates.some(({ name, to }) => isFirstFix(name, to, records))) return null;
    return { ...staged, now: new Date(Date.parse(publishedAt) + hourMs) };
  },
  'hit by an advisory': (staged) => {
    const [update] = staged.updates;
    if (!update) return null;
    const about = { name: update.name, version: update.to };
    return { ...staged, advisories: (usual) => withAdvisory(usual, about) };
  },
  yanked: (staged) => {
    const [update] = staged.updates;
    return update ? { ...staged, http: yanking(update.name, update.to) } : null;
  },
};
