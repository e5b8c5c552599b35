import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { runCommand } from '../../scripts/command.ts';
import type { Result } from '../../src/core/result-schema.ts';
import { actionEntry, actionInputs, startAction } from '../../test/rig/runner.ts';
import type { S3 } from '../../test/rig/s3.ts';
import type { Case } from './case.ts';
import { followRunbook, type RunbookRun } from './runbook.ts';
import type { StockServer } from './stock-server.ts';

export const getObject = fileURLToPath(new URL('get-object.ts', import.meta.url));

/** Some fifty times what a case takes. */
const patienceMs = 150_000;

/** What the cases are examined with. */
export interface Surgery {
  readonly s3: S3;
  readonly bucket: string;
  readonly directory: string;
  readonly bins: Readonly<Record<15 | 18, string>>;
  /** Of the runbook; none of them has the roles of the databases. */
  readonly servers: Readonly<Record<15 | 18, StockServer>>;
}

/** What came of a case. */
export interface Examined {
  readonly one: Case;
  readonly verdict: string;
  readonly codes: readonly string[];
  readonly message: string;
  readonly seconds: number;
  /** Whether it did not come to its end by itself. */
  readonly isGivenUp: boolean;
  readonly runbook: RunbookRun;
}

let count = 0;

/** Lets the action and the runbook judge the same backups. */
export async function examine(one: Case, surgery: Surgery): Promise<Examined> {
  const number = ++count;
  const place = join(surgery.directory, `case-${number}`);
  await mkdir(place);
  try {
    const source = await lay(one, surgery, number, place);
    const { result, outputs, output, durationMs, isGivenUp } = await act(
      one,
      surgery,
      source,
      place,
    );
    const runbook = await byHand(one, surgery, number, place);
    const { findings, message } = (result ?? { findings: [], message: output }) as Result;
    return {
      one,
      verdict: outputs['verdict'] ?? 'none',
      codes: [...new Set(findings.map(({ code }) => code))],
      message: [message, ...findings.map((each) => `${each.code}: ${each.message}`)].join(
        ' | ',
      ),
      seconds: durationMs / 1000,
      isGivenUp,
      runbook,
    };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Writes the backups to where they are read from. */
async function lay(
  { files, inStore }: Case,
  { s3, bucket }: Surgery,
  number: number,
  place: string,
): Promise<string> {
  for (const [index, { key, bytes, modifiedAt }] of files.entries()) {
    let file = join(place, 'backups', key);
    if (inStore) {
      const stored = `${number}/${key}`;
      await s3.write(bucket, stored, bytes);
      file = s3.file(bucket, stored);
      // What the store keeps of the bytes, their checksum among it, lies elsewhere.
      if (index === files.length - 1) await writeFile(file, inStore(bytes));
    } else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    await utimes(file, modifiedAt, modifiedAt);
  }
  return inStore ? `s3://${bucket}/${number}/` : join(place, 'backups');
}

async function act(
  { version, inputs, inStore }: Case,
  { s3, bins }: Surgery,
  source: string,
  place: string,
) {
  const running = startAction(actionEntry('backup-restore-test', 'main'), {
    inputs: actionInputs('backup-restore-test', {
      source,
      'log-issue': 'false',
      'work-directory': place,
      ...(version === 18 && { 'postgres-bin': bins[18] }),
      ...inputs,
    }),
    env: inStore ? s3.env : {},
  });
  let isGivenUp = false;
  const patience = setTimeout(() => {
    isGivenUp = true;
    running.cancel();
  }, patienceMs);
  const ended = await running.finished;
  clearTimeout(patience);
  return { ...ended, isGivenUp };
}

/** `aws s3 ls | tail` shows the last by name, and that one is taken. */
async function byHand(
  { files, version, inputs, inStore }: Case,
  { s3, bucket, servers }: Surgery,
  number: number,
  place: string,
): Promise<RunbookRun> {
  const backups = files.filter(({ key }) => /\.(dump|gz)$/.test(key));
  const key =
    backups
      .map((each) => each.key)
      .toSorted()
      .at(-1) ?? '';
  const file = join(place, 'by-hand');
  const fetch = async () => {
    if (!inStore) await copyFile(join(place, 'backups', key), file);
    else {
      const args = [getObject, bucket, `${number}/${key}`, file];
      const { code } = await runCommand(process.execPath, args, {
        ...process.env,
        ...s3.env,
      });
      // As `aws` does with what does not match its checksum.
      if (code !== 0) await rm(file, { force: true });
      return code === 0;
    }
    if (inputs?.['decrypt']) await writeFile(file, gunzipSync(await readFile(file)));
    return true;
  };
  const database = `matchbook_test_${number}`;
  return followRunbook(servers[version], { file, database }, fetch, { limitSeconds: 60 });
}

/** Makes a directory that the server's user can enter. */
export async function openDirectory(parent: string): Promise<string> {
  const directory = await mkdtemp(join(parent, 'matchbook-bench-'));
  await chmod(directory, 0o755);
  return directory;
}
