import type { ReportTable } from '../../core/result-schema.ts';
import { npmScopes } from '../../dependencies/npm/scopes.ts';
import { decide, type Verdict } from './decide.ts';
import type { Evidence, Incoming } from './evidence.ts';
import type { Examined } from './examined.ts';
import { keptBy, publishedVersion } from './known.ts';
import { memberOf, memberOfImage } from './members.ts';
import { type Member, withoutCredentials } from './reason.ts';
import { formatAge } from './rules/cooldown.ts';

const text = (title: string) => ({ title, unit: 'text' as const });

/** What the report shows: each rule with its verdict, and everything that comes. */
export function reportTables({ verdicts, evidence }: Examined): ReportTable[] {
  const decision: ReportTable = {
    title: 'Decision',
    columns: [text('Rule'), text('Verdict'), text('Why')],
    rows: verdicts.map(verdictRow),
  };
  if (!evidence) return [decision];
  return [decision, ...changesTable(evidence, verdicts), ...keptTable(evidence)];
}

/** What an update does not mend is no reason against it, and still to be known. */
function keptTable({ incoming, knowledge }: Evidence): ReportTable[] {
  const rows = incoming.flatMap((one) =>
    keptBy(one, knowledge).map(({ id, class: kind, severity, summary }) => [
      ...[one.name, withoutCredentials(one.version), id, kind, severity, summary],
    ]),
  );
  const titles = ['Package', 'Version', 'Advisory', 'Kind', 'Severity', 'Summary'];
  const columns = titles.map(text);
  return rows.length === 0 ? [] : [{ title: 'Advisories that stay', columns, rows }];
}

function verdictRow({ rule, holds, reasons }: Verdict): string[] {
  if (reasons.length === 0) return [rule, 'holds', holds];
  return [rule, decide(reasons), reasons.map(({ message }) => message).join(' ')];
}

/** Of a group, each member with its own verdict: the worst of them decides. */
function changesTable(evidence: Evidence, verdicts: readonly Verdict[]): ReportTable[] {
  const { incoming, images } = evidence;
  if (incoming.length === 0 && images.length === 0) return [];
  const titles = ['Package', 'From', 'To', 'Why it comes', 'Verdict', 'Age', 'Scope'];
  const scopes = scopesOf(evidence);
  const rows = [
    ...incoming.map((one) => {
      const verdict = verdictOn(memberOf(one), verdicts);
      const scope = scopes.get(`${one.lockfile} ${one.places[0]?.id}`) ?? null;
      return [...startOfRow(one), verdict, ageOf(one, evidence), scope, one.lockfile];
    }),
    ...images.map((image) => {
      const { before, after, path, line } = image;
      const [from, to] = [before.tag ?? before.digest, after.tag ?? after.digest];
      const verdict = verdictOn(memberOfImage(image), verdicts);
      const place = `${path}:${line}`;
      return [after.name, from, to, 'announced', verdict, null, null, place];
    }),
  ];
  return [{ title: 'What changes', columns: [...titles, 'File'].map(text), rows }];
}

/** What its own reasons come to; those of the pull request as a whole count besides. */
function verdictOn(member: Member, verdicts: readonly Verdict[]): string {
  const own = verdicts.flatMap(({ reasons }) =>
    reasons.filter(
      ({ member: one }) =>
        one?.name === member.name &&
        one.version === member.version &&
        one.path === member.path,
    ),
  );
  return decide(own);
}

const why = {
  announced: 'announced',
  closure: 'needed by it',
  unexplained: 'nobody knows',
};

function startOfRow({ name, version, former, kind }: Incoming): (string | null)[] {
  const from = [...new Set(former.map((old) => old.version))].join(', ');
  return [name, from || null, version, why[kind]].map((cell) =>
    cell === null ? null : withoutCredentials(cell),
  );
}

function ageOf(incoming: Incoming, { knowledge, now }: Evidence): string | null {
  const publishedAt = publishedVersion(incoming, knowledge)?.publishedAt;
  const ageMs = publishedAt ? now.getTime() - Date.parse(publishedAt) : Number.NaN;
  return Number.isNaN(ageMs) ? null : formatAge(ageMs);
}

/** By lockfile and id. What a crate is for, its lockfile does not say. */
function scopesOf({ lockfiles, policy }: Evidence): ReadonlyMap<string, string> {
  const scopes = new Map<string, string>();
  for (const { path, ecosystem, after } of lockfiles) {
    if (ecosystem !== 'npm') continue;
    const folder = path.split('/').slice(0, -1).join('/') || '.';
    const isBundled = policy.bundled.some(
      (one) => (one.replace(/\/+$/, '') || '.') === folder,
    );
    for (const [id, scope] of npmScopes(after, { isBundled })) {
      scopes.set(`${path} ${id}`, scope);
    }
  }
  return scopes;
}
