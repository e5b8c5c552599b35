import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Finding } from '../../../../src/core/finding.ts';
import type { Archive } from '../../../../src/pg-dump/archive.ts';
import {
  type BlockDigest,
  type DecodeOptions,
  decodeArchive,
} from '../../../../src/pg-dump/decode-archive.ts';
import { parseArchive } from '../../../../src/pg-dump/parse-archive.ts';
import {
  type Proof,
  type ProofOptions,
  prove,
} from '../../../../src/tasks/backup-restore-test/proof/proof.ts';
import { wantsRowHash } from '../../../../src/tasks/backup-restore-test/proof/rows.ts';
import {
  type OffsetSample,
  OffsetSampler,
} from '../../../../src/tasks/backup-restore-test/proof/time-zone.ts';
import type { Cluster, TestDatabase } from '../../../rig/postgres.ts';
import type { Rig } from './rig.ts';

const run = promisify(execFile);

/** A database that was dumped, and restored under another name. */
export interface Restored extends AsyncDisposable {
  readonly archive: Archive;
  readonly digests: readonly BlockDigest[];
  /** Some that were seen at the beginning of each piece of text. */
  readonly offsets: readonly OffsetSample[];
  /** What it was restored into. */
  readonly database: TestDatabase;
  prove(options?: Partial<ProofOptions>): Promise<Proof>;
}

interface DumpOptions {
  /** Of the session of the dump. */
  readonly timeZone?: string;
  /** For pg_dump. */
  readonly args?: readonly string[];
  readonly into?: Cluster;
}

/** Fills a database, dumps it, and restores the dump. */
export async function dumpAndRestore(
  { cluster, programs: { bin, env } }: Rig,
  fill: string,
  { timeZone = 'UTC', args = [], into = cluster }: DumpOptions = {},
): Promise<Restored> {
  await using resources = new AsyncDisposableStack();
  await using source = await cluster.createDatabase();
  const database = resources.use(await into.createDatabase());
  await source.query(fill);
  // Whatever the restored database sets for its sessions must not reach the proof.
  await database.query(
    `alter database ${database.name} set datestyle to 'German'; alter database ${database.name} set search_path to pg_catalog; alter database ${database.name} set extra_float_digits to 0`,
  );
  const file = path.join(cluster.socketDirectory, `${source.name}.dump`);
  resources.defer(() => fs.rm(file, { force: true }));
  const options = ['-Fc', '-f', file, ...args, source.name];
  await run(path.join(bin, 'pg_dump'), [...placeOf(cluster), ...options], {
    env: { ...env, PGTZ: timeZone },
  });
  const target = ['-d', database.name, '-j', '2', file];
  await run(path.join(bin, 'pg_restore'), [...placeOf(into), ...target], { env });
  const bytes = await fs.readFile(file);
  const archive = parseArchive(bytes, true);
  if (!archive) throw new Error('The table of contents has no end');
  const decode = (more: Partial<DecodeOptions>) => decodeAll(archive, bytes, more);
  const sampler = new OffsetSampler();
  const onText: DecodeOptions['onText'] = (_, text) =>
    sampler.add(text.subarray(0, 2048));
  const digests = await decode({ wantsRowHash, onText });
  const proven = { archive, digests, connect: () => database.connect() };
  const held = resources.move();
  return {
    ...{ archive, digests, database, offsets: sampler.samples },
    prove: (more) => prove({ ...usual, ...proven, ...again(decode), ...more }),
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

const never = new AbortController().signal;

const usual = {
  parallel: 2,
  depth: 'full' as const,
  checks: [],
  maxAgeMs: 36 * 3_600_000,
  signal: never,
};

type Decode = (options: Partial<DecodeOptions>) => Promise<BlockDigest[]>;

/** What a proof asks for where the first decoding leaves something open. */
function again(decode: Decode): Pick<ProofOptions, 'sampleOffsets' | 'rehash'> {
  return {
    async sampleOffsets(entries) {
      const sampler = new OffsetSampler();
      await decode({
        onText: ({ id }, text) => {
          if (entries.some((one) => one.id === id)) sampler.add(text);
        },
      });
      return sampler.samples;
    },
    rehash: (entries) =>
      decode({ wantsRowHash: ({ id }) => entries.some((one) => one.id === id) }),
  };
}

function decodeAll(
  archive: Archive,
  bytes: Buffer,
  options: Partial<DecodeOptions>,
): Promise<BlockDigest[]> {
  const data = (async function* () {
    yield bytes.subarray(archive.dataStartsAt);
  })();
  return collect(decodeArchive(archive, data, { signal: never, ...options }));
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** The codes and subjects of findings, as a proof of what was found, and of nothing else. */
export function told(findings: readonly Finding[]): string[] {
  return findings.map(({ code, subject }) => `${code} ${subject}`).sort();
}

function placeOf({ socketDirectory, port }: Cluster): string[] {
  return ['-h', socketDirectory, '-p', String(port), '-U', 'postgres'];
}
