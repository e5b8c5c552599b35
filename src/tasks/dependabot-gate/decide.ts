import type { Evidence } from './evidence.ts';
import type { Decision, Reason, Rule } from './reason.ts';
import { review } from './reason.ts';
import { advisories } from './rules/advisories.ts';
import { agreement } from './rules/agreement.ts';
import { announcement } from './rules/announcement.ts';
import { author } from './rules/author.ts';
import { base } from './rules/base.ts';
import { commits } from './rules/commits.ts';
import { compatibility } from './rules/compatibility.ts';
import { cooldown } from './rules/cooldown.ts';
import { ecosystem } from './rules/ecosystem.ts';
import { files } from './rules/files.ts';
import { images } from './rules/images.ts';
import { installCode } from './rules/install-code.ts';
import { lockfiles } from './rules/lockfiles.ts';
import { manifests } from './rules/manifests.ts';
import { sources } from './rules/sources.ts';
import { withdrawn } from './rules/withdrawn.ts';

/** Whether everybody who was asked about packages has answered. */
const answers: Rule<Pick<Evidence, 'knowledge'>> = {
  name: 'answers',
  holds: 'everybody who was asked has answered',
  judge: ({ knowledge }) =>
    knowledge.failures.map((message) => review('source-failed', message)),
};

/** All that has to hold, in the order of the report. */
export const rules: readonly Rule<Evidence>[] = [
  ...[author, base, commits, files, ecosystem, announcement, manifests, lockfiles],
  ...[
    agreement,
    sources,
    installCode,
    compatibility,
    cooldown,
    advisories,
    withdrawn,
    images,
    answers,
  ],
];

/** Nobody reads more of one rule. */
const mostReasons = 50;

/** What a rule came to. */
export interface Verdict {
  readonly rule: string;
  readonly holds: string;
  readonly reasons: readonly Reason[];
}

/** Holds a pull request against every rule. */
export function judge(evidence: Evidence): Verdict[] {
  return rules.map((rule) => verdictOf(rule, evidence));
}

/** Holds something against one rule. Of too many reasons, those that block come first. */
export function verdictOf<Facts>(rule: Rule<Facts>, facts: Facts): Verdict {
  const { name, holds } = rule;
  const all = rule.judge(facts).toSorted((a, b) => a.weight.localeCompare(b.weight));
  if (all.length <= mostReasons) return { rule: name, holds, reasons: all };
  const more = `${all.length - mostReasons} more of the kind "${name}" are not listed.`;
  const reasons = [...all.slice(0, mostReasons), review('unexpected-change', more)];
  return { rule: name, holds, reasons };
}

/** The worst reason decides; without any, there is nothing to keep it from being merged. */
export function decide(reasons: readonly Reason[]): Decision {
  if (reasons.some(({ weight }) => weight === 'block')) return 'block';
  return reasons.length > 0 ? 'review' : 'merge';
}
