import type { Advisory } from '../../../advisories/advisory.ts';
import {
  type DependencyFinding,
  dependencyFinding,
  type FindingCode,
  type Severity,
} from '../../../core/finding.ts';
import type { PlannedFix } from '../fix/fix-of.ts';
import type { Fix } from '../fix/world.ts';
import type { PathTo } from '../projects/project.ts';
import type { Hit } from './hits.ts';

/** Says of each advisory about a package what it is, how the package got in, what to do. */
export function advisoryFindings(
  { project, locked, advisories }: Hit,
  planned: PlannedFix,
  pathTo: PathTo,
): DependencyFinding[] {
  const isCompiled = !project.notCompiled.has(locked.id);
  const scope = project.scopes.get(locked.id) ?? 'runtime';
  const path = pathTo(locked.id);
  return advisories.map((advisory) => {
    const code = codeOf(advisory, isCompiled);
    const about = {
      ecosystem: project.ecosystem,
      package: locked.name,
      version: locked.version,
      manifest: project.graph.lockfile,
      ...(path && { path }),
      ...(isCompiled && { scope }),
      advisory: advisory.id,
      aliases: advisory.aliases,
      fixedIn: advisory.fixedIn,
      ...fixFields(planned),
    };
    return dependencyFinding(code, about, messageOf(about, advisory, code), {
      severity: severityOf(advisory, code),
      remedy: remedyOf(planned, advisory),
    });
  });
}

/** What nobody compiles can do no harm; but for a package that is meant to do some. */
function codeOf(advisory: Advisory, isCompiled: boolean): FindingCode {
  return isCompiled || advisory.class === 'malicious' ? advisory.class : 'not-compiled';
}

/** A severity that nobody has said ranks as high: half of RustSec would go unseen else. */
function severityOf(advisory: Advisory, code: FindingCode): Severity {
  if (code === 'not-compiled') return 'info';
  if (code === 'malicious') return 'critical';
  if (code === 'unmaintained') return advisory.severity === null ? 'low' : 'medium';
  return advisory.severity ?? (code === 'unsound' ? 'medium' : 'high');
}

function messageOf(
  about: {
    readonly package: string;
    readonly version: string;
    readonly path?: readonly string[];
    readonly scope?: string;
  },
  { id, aliases, summary, severity, score }: Advisory,
  code: FindingCode,
): string {
  const names = [id, ...aliases.slice(0, 3)].join(', ');
  const way = about.path && about.path.length > 1 ? `; ${about.path.join(' → ')}` : '';
  const where =
    code === 'not-compiled'
      ? 'in the lockfile, but no build compiles it'
      : (about.scope ?? 'runtime');
  const rated =
    code !== 'vulnerable' || severity !== null
      ? score === null
        ? ''
        : `, CVSS ${score}`
      : ', severity not said';
  return `${about.package} ${about.version} (${where}${way}): ${sentence(summary)} ${names}${rated}.`;
}

function sentence(summary: string): string {
  const text = summary.trim() || 'No summary.';
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function fixFields({ fix, command }: PlannedFix): {
  fix?: string;
  blockedBy?: string;
} {
  if (command !== null) return { fix: command };
  return fix.kind === 'blocked' && fix.by !== null ? { blockedBy: fix.by } : {};
}

function remedyOf({ fix, command }: PlannedFix, { url }: Advisory): string {
  const more = url ? ` ${url}` : '';
  if (fix.kind === 'blocked') return `Blocked: ${fix.why}.${more}`;
  return `${command}${caveats(fix)}${more}`;
}

function caveats(fix: Extract<Fix, { kind: 'bumps' }>): string {
  const fresh = fix.bumps.filter(({ isFresh }) => isFresh);
  const names = fresh.map(({ name, to }) => `${name} ${to}`).join(', ');
  return [
    fresh.length > 0 &&
      ` (${names} is younger than the cooldown; no older one clears it)`,
    fix.unsure.length > 0 &&
      ` (whether ${fix.unsure.slice(0, 3).join(', ')} ${fix.unsure.length === 1 ? 'admits' : 'admit'} it was not looked up)`,
  ]
    .filter(Boolean)
    .join('');
}
