import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { restoreArchive } from '../../../../src/tasks/backup-restore-test/restore/restore.ts';
import type { ScratchServer } from '../../../../src/tasks/backup-restore-test/restore/scratch-cluster.ts';
import { archiveOf, entry } from './entries.ts';

let bin: string;

beforeEach(async () => {
  bin = await mkdtemp(path.join(tmpdir(), 'matchbook-bin-'));
  const script = '#!/bin/sh\necho "pg_restore: launching item 1 $*" >&2\n';
  await writeFile(path.join(bin, 'pg_restore'), script, { mode: 0o755 });
});

afterEach(() => rm(bin, { recursive: true }));

/** What is done for an archive, in its order. No server here has TimescaleDB. */
async function stepsOf(extension: string, schemaOnly: boolean): Promise<string[]> {
  const steps: string[] = [];
  const client = (database: string) => ({
    query: async (text: string) => {
      steps.push(`${database}: ${text}`);
    },
    end: async () => {},
  });
  const server: ScratchServer = {
    ...{ version: '15.18', host: 'localhost', port: 5432 },
    connect: async (database) => client(database) as unknown as pg.Client,
    logTail: async () => '',
    [Symbol.asyncDispose]: async () => {},
  };
  const archive = archiveOf([entry('EXTENSION', { tag: extension })]);
  const version = { version: '15.18', major: 15, restoreMajor: 15 };
  const { problems } = await restoreArchive(server, archive, 'backup.dump', {
    installation: { ...version, bin, shareDirectory: null },
    ...{ jobs: 4, schemaOnly, signal: new AbortController().signal },
    onProgress: (line) => steps.push(/--jobs=4/.exec(line)?.[0] ?? 'one job'),
  });
  expect(problems).toEqual([]);
  return steps;
}

const created = 'postgres: create database "matchbook" with template template0';

test('TimescaleDB is told before a restore and after it, which has one job', async () => {
  expect(await stepsOf('timescaledb', false)).toEqual([
    created,
    'matchbook: create extension if not exists timescaledb',
    'matchbook: select timescaledb_pre_restore()',
    'one job',
    'matchbook: select timescaledb_post_restore()',
  ]);
});

test('nothing of it is done for a schema alone, or for other extensions', async () => {
  expect(await stepsOf('timescaledb', true)).toEqual([created, 'one job']);
  expect(await stepsOf('hstore', false)).toEqual([created, '--jobs=4']);
});
