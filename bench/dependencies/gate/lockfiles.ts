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

/** What was given to each wish: it was reached before anything else of that name. */
function directOf(wishes: readonly Wish[], all: readonly Resolved[]): Resolved[] {
  return wishes.flatMap(({ name }) => all.find((one) => one.name === name) ?? []);
}

function keyOf({ name, release }: Resolved): string {
  return `${name} ${release.version}`;
}
