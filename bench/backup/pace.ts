import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { startS3 } from '../../test/rig/s3.ts';
import { megabytes, seconds } from '../figures.ts';
import { compared, spreadOf } from '../measure.ts';
import { printPart, times } from '../print.ts';
import { type Attempt, byAction, byRunbook, type Ground, key } from './attempt.ts';
import { openDirectory } from './examine.ts';
import type { ExchangeDump } from './exchange-dump.ts';
import { startStockServer } from './stock-server.ts';
import { startLink } from './throttle.ts';

type Row = readonly [label: string, figure: string];

const bucket = 'backups';
const fasterGoal = 1.7;
const memoryGoalBytes = 200e6;
const diskGoal = 0.1;

interface Attempts {
  readonly action: Attempt[];
  readonly runbook: Attempt[];
  readonly parallel: Attempt[];
}

/** Measures the action against the runbook, once as written and once with `-j2`. */
export async function race(
  bin: string,
  dump: ExchangeDump,
  { speeds, rounds }: { readonly speeds: readonly number[]; readonly rounds: number },
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const directory = await openDirectory(tmpdir());
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const s3 = resources.use(await startS3());
  await s3.createBucket(bucket);
  await s3.write(bucket, key, await readFile(dump.file));
  const server = resources.use(await startStockServer(bin));
  const ground = { env: s3.env, bucket, directory, server };
  for (const speed of speeds) {
    const title = `${speed} MB/s, ${rounds} rounds, interleaved`;
    await printPart(title, async () => {
      await using line = await startLink(s3.port, speed * 1e6);
      const env = { ...s3.env, AWS_ENDPOINT_URL: line.endpointUrl };
      return figures(await inTurn({ ...ground, env }, rounds));
    });
  }
  await printPart('Disk, one run without a limit to the link', () => disk(ground, dump));
}

async function inTurn(ground: Ground, rounds: number): Promise<Attempts> {
  const attempts: Attempts = { action: [], runbook: [], parallel: [] };
  for (let round = 0; round < rounds; round++) {
    attempts.action.push(await byAction(ground));
    attempts.runbook.push(await byRunbook(ground, []));
    attempts.parallel.push(await byRunbook(ground, ['-j2']));
  }
  return attempts;
}

function figures({ action, runbook, parallel }: Attempts): Row[] {
  const clients = [
    ['action', action],
    ['runbook', runbook],
    ['runbook with -j2', parallel],
  ] as const;
  const measures: [string, (one: Attempt) => number][] = [
    ['downloaded', (one) => one.downloadSeconds],
    ['restored, counted', (one) => one.restoredSeconds],
    ['whole process', (one) => one.seconds],
    ['CPU', (one) => one.cpuSeconds],
  ];
  const rows = measures.flatMap(([name, of]) =>
    clients.map(
      ([client, made]): Row => [`${name}: ${client}`, seconds(spreadOf(made.map(of)))],
    ),
  );
  const ratio = (made: readonly Attempt[], of: (one: Attempt) => number) =>
    compared(
      made.map((one) => one.restoredSeconds),
      action.map(of),
      (theirs, own) => theirs / own,
    );
  const restored = ratio(runbook, (one) => one.restoredSeconds);
  const proven = ratio(runbook, (one) => one.seconds);
  const memory = spreadOf(action.map((one) => one.peakBytes ?? Number.NaN));
  return [
    ...rows,
    ...phases(action),
    ['counts of the runbook : restored here', times(restored)],
    ['… with -j2', times(ratio(parallel, (one) => one.restoredSeconds))],
    ['counts of the runbook : all proven here', times(proven)],
    ['… with -j2', times(ratio(parallel, (one) => one.seconds))],
    ['memory of the action', megabytes(memory)],
    [`goal: ${fasterGoal}× to the counts`, verdict(restored.median >= fasterGoal)],
    ['goal: all proven before its COUNT(*)', verdict(proven.min > 1)],
    ['goal: at most 200 MB of memory', verdict(memory.max <= memoryGoalBytes)],
  ];
}

/** How long each step of the action took. */
function phases(action: readonly Attempt[]): Row[] {
  const ids = action[0]?.result?.steps.map(({ id }) => id) ?? [];
  return ids.map((id) => {
    const took = action.map(
      ({ result }) => result?.steps.find((step) => step.id === id)?.seconds ?? Number.NaN,
    );
    return [`step of the action: ${id}`, seconds(spreadOf(took))];
  });
}

async function disk(ground: Ground, dump: ExchangeDump): Promise<Row[]> {
  const { result, peakDiskBytes = 0 } = await byAction(ground, { seesDisk: true });
  const predicted = result?.metrics['predictedDiskBytes'] ?? Number.NaN;
  const off = predicted / peakDiskBytes - 1;
  const share = `${off >= 0 ? '+' : ''}${(off * 100).toFixed(1)} %`;
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  return [
    ['the database that was dumped', mb(dump.databaseBytes)],
    ['peak of the work directory', mb(peakDiskBytes)],
    ['predicted, without history', `${mb(predicted)} (${share})`],
    ['goal: known beforehand within 10 %', verdict(Math.abs(off) <= diskGoal)],
  ];
}

function verdict(isReached: boolean): string {
  return isReached ? 'reached' : 'missed';
}
