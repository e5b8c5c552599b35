import type { Resolution, Resolved, Wish } from './resolve.ts';

export const cratesIo = 'registry+https://github.com/rust-lang/crates.io-index';

/** Writes a Cargo.lock of one member, `app`, that asks for the wishes. */
export function cargoLock(wishes: readonly Wish[], resolution: Resolution): string {
  const all = [...resolution.values()];
  const direct = directOf(wishes, all).map(
    ({ name, release }) => `${name} ${release.version}`,
  );
  const own = block('app', '0.1.0', [], direct);
  const blocks = all
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map(({ name, release, needs }) =>
      block(
        name,
        release.version,
        [`source = "${cratesIo}"`, `checksum = "${release.integrity}"`],
        needs.map((one) => `${one.name} ${one.version}`),
      ),
    );
  return `version = 4\n\n${[own, ...blocks].join('\n')}`;
}

function block(
  name: string,
  version: string,
  lines: readonly string[],
  needs: readonly string[],
): string {
  const list = needs
    .toSorted()
    .map((one) => ` "${one}",\n`)
    .join('');
  const dependencies = list === '' ? [] : [`dependencies = [\n${list}]`];
  return [
    '[[package]]',
    `name = "${name}"`,
    `version = "${version}"`,
    ...lines,
    ...dependencies,
    '',
  ].join('\n');
}

/** Writes a Cargo.toml with the wishes as dependencies. */
export function cargoManifest(wishes: readonly Wish[]): string {
  const dependencies = wishes.map(
    ({ name, requirement }) => `${name} = "${requirement}"`,
  );
  return `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n${dependencies.join('\n')}\n`;
}

/** Writes a package-lock.json: the first version of a package at the top, others below who asks. */
export function packageLock(wishes: readonly Wish[], resolution: Resolution): string {
  const all = [...resolution.values()];
  const atTop = new Map<string, Resolved>();
  for (const one of [...directOf(wishes, all), ...all]) {
    if (!atTop.has(one.name)) atTop.set(one.name, one);
  }
  const entries = new Map<string, object>();
  const place = (path: string, one: Resolved, above: readonly string[]): void => {
    entries.set(path, entryOf(one));
    for (const need of one.needs) {
      const key = `${need.name} ${need.version}`;
      const given = resolution.get(key);
      const isTop = atTop.get(need.name)?.release.version === need.version;
      if (given && !isTop && !above.includes(key)) {
        place(`${path}/node_modules/${need.name}`, given, [...above, key]);
      }
    }
  };
  for (const one of atTop.values()) place(`node_modules/${one.name}`, one, [keyOf(one)]);
  const own = { name: 'app', version: '0.1.0', dependencies: requirementsOf(wishes) };
  const packages = {
    '': own,
    ...Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  const head = { name: 'app', version: '0.1.0', lockfileVersion: 3, requires: true };
  return JSON.stringify({ ...head, packages }, null, 2);
}

function entryOf({ name, release }: Resolved): object {
  const { version, integrity, dependencies, hasInstallScript } = release;
  const needs = dependencies.filter(
    ({ scope, optional }) => scope === 'runtime' && !optional,
  );
  const requirements = needs.map((one) => [one.alias, one.requirement]);
  return {
    version,
    resolved: `https://registry.npmjs.org/${name}/-/${name.split('/').at(-1)}-${version}.tgz`,
    integrity,
    ...(hasInstallScript && { hasInstallScript }),
    ...(needs.length > 0 && { dependencies: Object.fromEntries(requirements) }),
  };
}

/** Writes a package.json with the wishes as dependencies. */
export function packageJson(wishes: readonly Wish[]): string {
  const own = { name: 'app', version: '0.1.0', dependencies: requirementsOf(wishes) };
  return JSON.stringify(own, null, 2);
}

function requirementsOf(wishes: readonly Wish[]): Record<string, string> {
  return Object.fromEntries(wishes.map(({ name, requirement }) => [name, requirement]));
}

/** What was given to each wish: it was reached before anything else of that name. */
function directOf(wishes: readonly Wish[], all: readonly Resolved[]): Resolved[] {
  return wishes.flatMap(({ name }) => all.find((one) => one.name === name) ?? []);
}

function keyOf({ name, release }: Resolved): string {
  return `${name} ${release.version}`;
}
