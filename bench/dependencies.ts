import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../scripts/demo/built-action.ts';
import { messageOf } from '../src/core/message-of.ts';
import { buildScanner, layDatabase, scannerVersion } from './dependencies/by-scanner.ts';
import { needCargo } from './dependencies/cargo.ts';
import { compareHits } from './dependencies/compare.ts';
import { fixes } from './dependencies/fixes.ts';
import { branchNameOf, readCommits } from './dependencies/gate/announcements.ts';
import { rememberedAdvisories } from './dependencies/gate/registries.ts';
import { clocks, honestCommits, tamperedCommits } from './dependencies/gate/run.ts';
import { phantoms } from './dependencies/phantoms.ts';
import { layRepositories, type Repository } from './dependencies/repositories.ts';
import { type RustsecRecord, readRecords } from './dependencies/rustsec.ts';
import { rustsecZip } from './dependencies/shared-data.ts';
import { race } from './dependencies/speed.ts';
import { addPackages, layBounds, layCrates } from './dependencies/synthetic.ts';
import { printHeading, printPart } from './print.ts';

/** For trying out: fewer rounds, or `audit`, `phantoms`, `fixes` or `gate` alone. */
const rounds = Number(process.env['DEPENDENCIES_ROUNDS'] ?? 9);
const only = process.env['DEPENDENCIES_ONLY'];

/** What all parts work on. */
interface Ground {
  readonly directory: string;
  readonly repositories: readonly Repository[];
  readonly zip: string;
  readonly records: ReadonlyMap<string, RustsecRecord>;
}

/** Measures `dependency-audit` against osv-scanner and cargo, and the gate against tampering. */
export async function bench(): Promise<void> {
  printHeading('Dependencies', 'dependencies');
  await ensureBuilt();
  const zip = rustsecZip();
  const { directory, repositories } = await layRepositories();
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const ground = { directory, repositories, zip, records: await readRecords(zip) };
  const parts = { audit, phantoms: ofPhantoms, fixes: ofFixes, gate };
  for (const [name, part] of Object.entries(parts)) {
    if (only === undefined || only === name) await part(ground);
  }
}

async function audit({ directory, repositories, zip, records }: Ground): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const made = await mkdtemp(join(tmpdir(), 'matchbook-bench-made-'));
  resources.defer(() => rm(made, { recursive: true, force: true }));
  const scanner = await buildScanner().catch((error: unknown) => {
    console.log(`\nosv-scanner ${scannerVersion} is missing: ${messageOf(error)}`);
    return null;
  });
  const lay = async (zips: Readonly<Record<string, string>>) => {
    const database = await layDatabase(zips);
    resources.defer(() => rm(database, { recursive: true, force: true }));
    return database;
  };
  const database = await lay({ 'crates.io': zip });
  const bounds = await layBounds(made, records);
  await printPart(`Hits, against osv-scanner ${scannerVersion}`, async () => {
    if (scanner === null) throw new Error('osv-scanner is missing.');
    const all = [...repositories, bounds];
    return compareHits(all, { scanner, database, zip, records });
  });
  const each = `offline, cold, ${rounds} rounds, interleaved`;
  const atuin = repositories.find(({ name }) => name === 'atuin');
  if (atuin) {
    const course = {
      repository: atuin,
      lockfiles: ['Cargo.lock'],
      ecosystems: '[cargo]',
    };
    await printPart(`atuin, ${records.size} advisories, ${each}`, () =>
      race({ ...course, advisories: zip, database }, scanner, rounds),
    );
  }
  const larger = { small: 4000, large: 60_000 };
  for (const advisories of Object.values(larger)) {
    const crates = await layCrates(directory, 1000, records);
    const { repository, zip: npm } = await addPackages(crates, 400, advisories);
    const file = join(made, 'npm.zip');
    await writeFile(file, npm);
    const both = await lay({ 'crates.io': zip, npm: file });
    const count = (advisories + records.size).toLocaleString('en-US');
    await printPart(`${repository.name}, ${count} advisories, ${each}`, () => {
      const lockfiles = ['Cargo.lock', 'package-lock.json'];
      const course = { repository, lockfiles, ecosystems: '[cargo, npm]' };
      const given = join(both, 'osv-scalibr');
      const hasCpuGoal = advisories === larger.small;
      return race(
        { ...course, advisories: given, database: both, hasCpuGoal },
        scanner,
        rounds,
      );
    });
  }
}

async function ofPhantoms({ directory, repositories }: Ground): Promise<void> {
  await printPart('What is compiled, against `cargo tree`', async () => {
    await needCargo(directory);
    return phantoms(repositories, directory);
  });
}

async function ofFixes({ directory, repositories, zip }: Ground): Promise<void> {
  await printPart('Fixes, typed into real cargo', async () => {
    await needCargo(directory);
    return fixes(repositories, directory, zip);
  });
}

async function gate({ zip, records }: Ground): Promise<void> {
  const commits = await readCommits();
  const known = { usual: rememberedAdvisories(zip), records };
  const cooled = clocks['once the cooldown is over'];
  for (const when of ['once the cooldown is over', 'on the day of the commit'] as const) {
    await printPart(`${commits.length} commits of Dependabot, ${when}`, () =>
      honestCommits(commits, known, clocks[when]),
    );
  }
  await printPart('The same commits, tampered with', () =>
    tamperedCommits(commits, known, cooled),
  );
  const npm = commits.filter((one) => branchNameOf(one) === 'npm_and_yarn');
  const asNpm = [known, clocks['as of last week'], true] as const;
  await printPart(`The ${npm.length} of npm, as if with a package-lock.json`, () =>
    honestCommits(npm, ...asNpm),
  );
  await printPart('… tampered with', () => tamperedCommits(npm, ...asNpm));
}
