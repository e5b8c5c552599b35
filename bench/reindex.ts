import type pg from 'pg';
import { ensureBuilt } from '../scripts/demo/built-action.ts';
import type { Result } from '../src/core/result-schema.ts';
import { type GitHubStandIn, startGitHub } from '../test/rig/github/stand-in.ts';
import { builtAction, type Client, installed, peer } from './clients.ts';
import { megabytes, seconds } from './figures.ts';
import { compared, type Spread, spreadOf } from './measure.ts';
import { printHeading, printPart, times } from './print.ts';
import { makePristine, type Pristine, postgresVersion, runAll } from './pristine.ts';
import { type Attempt, attempt } from './reindex/attempt.ts';
import { faultCases, runCase } from './reindex/faults.ts';
import { createSql, onTable, shapes } from './reindex/shapes.ts';
import { findTruth, type Truth } from './reindex/truth.ts';

const rounds = 5;
const minBloat = 0.3;

/** What PostgreSQL has for the purpose: the baseline. */
const reindexdb = peer('reindexdb', ['--concurrently', '-j2', '-d']);

const inputs = {
  'min-size': '1MB',
  'min-bloat': '30%',
  'cool-down': '0s',
  'max-wait': '2s',
};

/** Measures the choice of `reindex`, and its pace against reindexdb, in order and with faults. */
export async function bench(): Promise<void> {
  printHeading('Rebuilding what is bloated', 'reindex');
  await ensureBuilt();
  await using github = await startGitHub();
  const action = loggedAction(github);
  const clients = installed([action, reindexdb]);
  await using pristine = await makePristine((open) => fill(open, action));
  const size = `${(pristine.bytes / 1e6).toFixed(0)} MB`;
  const title = `PostgreSQL ${postgresVersion}, ${shapes.length} indexes, ${size}`;
  const truth = await findTruth(pristine);
  await printPart(`${title}: the choice`, () => judge(pristine, github, truth));
  const attempts = new Map<Client, Attempt[]>(clients.map((client) => [client, []]));
  await printPart(
    `${title}; ${rounds} runs each, interleaved, each on a fresh copy`,
    () => measure(pristine, attempts, truth),
  );
  const own = spreadOf((attempts.get(action) ?? []).map((made) => made.seconds));
  for (const one of faultCases(Math.round(own.median * 500))) {
    await printPart(`Fault: ${one.title}`, () => runCase(one, clients, pristine));
  }
}

function loggedAction(
  github: GitHubStandIn,
  changes: Record<string, string> = {},
): Client {
  return builtAction(
    'reindex',
    { ...inputs, 'log-issue': 'true', 'github-token': github.token, ...changes },
    {
      GITHUB_API_URL: github.url,
      GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
      GITHUB_REPOSITORY: github.repository.name,
    },
  );
}

/** Fills the tables; a run before the damage is what the log knows sizes a row from. */
async function fill(open: () => Promise<pg.Client>, action: Client): Promise<void> {
  await runAll(open, shapes.map(createSql));
  const client = await open();
  for (const name of ['pageinspect', 'pgstattuple']) {
    await client.query(`create extension ${name}`);
  }
  await client.query('vacuum (analyze)');
  await action.start({ port: client.port, user: 'postgres', password: '' }).ended;
  const work = (key: 'damage' | 'afterwards') =>
    shapes.flatMap((shape) => (shape[key] ? [onTable(shape, shape[key])] : []));
  await runAll(open, work('damage'));
  await client.query('vacuum (analyze)');
  await runAll(open, work('afterwards'));
}

async function judge(
  pristine: Pristine,
  github: GitHubStandIn,
  { bloat, copied }: Truth,
) {
  const rows: [string, string][] = [];
  for (const evidence of ['estimate', 'sample', 'exact']) {
    const client = loggedAction(github, { evidence, 'min-bloat': '0%' });
    const { result } = await attempt(pristine, client);
    const errors = errorsOf(result as Result, bloat);
    const ofKind = (kind: string) => errors.filter((one) => one.kind === kind);
    rows.push([`${evidence}: worst error`, worst(ofKind(evidence))]);
    // The first of these runs rebuilds them all, and knows them better from then on.
    if (evidence === 'estimate') {
      rows.push([
        'baseline, never rebuilt before: worst error',
        worst(ofKind('baseline')),
      ]);
    }
    if (evidence === 'exact') {
      rows.push(['baseline, rebuilt before: worst error', worst(ofKind('baseline'))]);
    }
  }
  const ofCopied = [...copied].map(([name, estimate]) => ({
    name,
    kind: 'copied',
    points: points(estimate, bloat.get(name) ?? 0),
  }));
  rows.push(['the copied estimate: worst error', worst(ofCopied)]);
  const chosen = [...copied].filter(([, estimate]) => estimate >= minBloat);
  rows.push([
    'the copied estimate: choice',
    choice(
      chosen.map(([name]) => name),
      bloat,
    ),
  ]);
  return rows;
}

interface Judged {
  readonly name: string;
  readonly kind: string;
  readonly points: number;
}

function errorsOf({ steps }: Result, bloat: Truth['bloat']): Judged[] {
  return steps.flatMap(({ id, before }) => {
    const name = id.replace('public.', '');
    const judged = before?.['bloat'];
    if (typeof judged !== 'number') return [];
    const kind = String(before?.['evidence']);
    return [{ name, kind, points: points(judged, Math.max(0, bloat.get(name) ?? 0)) }];
  });
}

function points(judged: number, truth: number): number {
  return Math.abs(judged - truth) * 100;
}

function worst(judged: readonly Judged[]): string {
  const [first] = judged.toSorted((a, b) => b.points - a.points);
  if (!first) return 'none';
  return `${first.points.toFixed(1)} points of ${judged.length} (${first.name})`;
}

function choice(chosen: readonly string[], bloat: Truth['bloat']): string {
  const true_ = [...bloat].filter(([, share]) => share >= minBloat).map(([name]) => name);
  const hits = chosen.filter((name) => true_.includes(name));
  const wrong = chosen.filter((name) => !true_.includes(name));
  const missed = true_.filter((name) => !chosen.includes(name));
  const precision = chosen.length > 0 ? hits.length / chosen.length : 1;
  const notes = [
    wrong.length > 0 &&
      `wrong: ${wrong.slice(0, 4).join(', ')}${wrong.length > 4 ? ', …' : ''}`,
    missed.length > 0 && `missed: ${missed.join(', ')}`,
  ].filter(Boolean);
  const figures = `precision ${precision.toFixed(2)}, recall ${(hits.length / true_.length).toFixed(2)}`;
  return [figures, ...notes].join('; ');
}

async function measure(
  pristine: Pristine,
  attempts: Map<Client, Attempt[]>,
  { bloat }: Truth,
) {
  for (let round = 0; round < rounds; round++) {
    for (const [client, made] of attempts) made.push(await attempt(pristine, client));
  }
  const all = [...attempts];
  const baseline = attempts.get(reindexdb) ?? [];
  const rows = all.flatMap(([client, made]) => {
    const spread = (of: (one: Attempt) => number) => spreadOf(made.map(of));
    const ratio = (of: (one: Attempt) => number) =>
      baseline.length > 0 && baseline !== made
        ? `, ${times(compared(made.map(of), baseline.map(of), (a, b) => a / b))} of reindexdb`
        : '';
    const withRatio = (write: (spread: Spread) => string, of: (one: Attempt) => number) =>
      write(spread(of)) + ratio(of);
    const perSecond = (one: Attempt) => one.reclaimedBytes / one.seconds;
    const perWal = (one: Attempt) => one.reclaimedBytes / one.walBytes;
    return [
      [`${client.name}: choice`, choice(made[0]?.rebuilt ?? [], bloat)],
      [`${client.name}: the whole process`, withRatio(seconds, (one) => one.seconds)],
      [`${client.name}: reclaimed`, megabytes(spread((one) => one.reclaimedBytes))],
      [`${client.name}: reclaimed per second`, withRatio(megabytes, perSecond)],
      [`${client.name}: WAL`, withRatio(megabytes, (one) => one.walBytes)],
      [`${client.name}: reclaimed per byte of WAL`, withRatio(times, perWal)],
    ] as [string, string][];
  });
  const [own] = all[0]?.[1] ?? [];
  if (own?.result) {
    rows.push([
      'action: worst error of a confirmed figure',
      worst(errorsOf(own.result as Result, bloat)),
    ]);
  }
  return rows;
}
