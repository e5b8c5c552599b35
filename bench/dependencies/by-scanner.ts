import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goProgram } from '../../test/rig/tools.ts';
import type { Hit } from './hit.ts';
import { type TimedRun, timed } from './timed.ts';

export const scannerVersion = '2.6.0';

/** What osv-scanner writes as JSON, as far as it is read here. */
interface Report {
  readonly results: readonly {
    readonly packages: readonly {
      readonly package: { readonly name: string; readonly version: string };
      readonly vulnerabilities: readonly {
        readonly id: string;
        readonly aliases?: readonly string[];
      }[];
    }[];
  }[];
}

export interface Scan {
  readonly usage: TimedRun;
  readonly hits: readonly Hit[];
}

/** Builds osv-scanner from the Go proxy, once. It wants a newer Go than most machines have. */
export function buildScanner(): Promise<string> {
  process.env['GOTOOLCHAIN'] ??= 'go1.27.3';
  const source = 'github.com/google/osv-scanner/v2/cmd/osv-scanner';
  return goProgram(source, scannerVersion);
}

/** Lays zips of advisories out as osv-scanner expects them: `<ecosystem>/all.zip`. */
export async function layDatabase(
  zips: Readonly<Record<string, string>>,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'matchbook-bench-osv-'));
  for (const [ecosystem, zip] of Object.entries(zips)) {
    const folder = join(directory, 'osv-scalibr', ecosystem);
    await mkdir(folder, { recursive: true });
    await copyFile(zip, join(folder, 'all.zip'));
  }
  return directory;
}

/** Lets osv-scanner look at lockfiles, offline. */
export async function scan(
  scanner: string,
  lockfiles: readonly string[],
  database: string,
): Promise<Scan> {
  const out = join(database, 'report.json');
  const command = [
    ...[scanner, 'scan', 'source', '--offline', '--offline-vulnerabilities'],
    ...['--local-db-path', database, '--all-vulns'],
    ...['--format', 'json', '--output-file', out],
    ...lockfiles.flatMap((lockfile) => ['--lockfile', lockfile]),
  ];
  const usage = await timed(command, { cwd: database, env: process.env });
  // 1 says that something was found.
  if (usage.code !== 0 && usage.code !== 1) {
    throw new Error(`osv-scanner ended with ${usage.code} on ${lockfiles.join(', ')}.`);
  }
  const report: Report = JSON.parse(await readFile(out, 'utf8'));
  await rm(out);
  const packages = report.results.flatMap((one) => one.packages);
  const hits = packages.flatMap(({ package: { name, version }, vulnerabilities }) =>
    vulnerabilities.map(({ id, aliases = [] }) => ({
      ...{ name, version, ids: [id, ...aliases] },
    })),
  );
  return { usage, hits };
}
