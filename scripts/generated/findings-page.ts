import { findingKinds, severities } from '../../src/core/finding.ts';

/** Makes `docs/findings.md`: every finding code, what it means and what to do. */
export function findingsPage(): string {
  const rows = Object.entries(findingKinds)
    .toSorted(
      ([a, one], [b, other]) =>
        severities.indexOf(one.severity) - severities.indexOf(other.severity) ||
        a.localeCompare(b),
    )
    .map(
      ([code, { severity, meaning, whatToDo }]) =>
        `| \`${code}\` | ${severity} | ${meaning} | ${whatToDo} |`,
    );
  return `\
<!-- Made from src/core/finding.ts by \`npm run generate\`. -->
# Findings

A finding is something that a person should know. It has a severity, a code, a subject, a
message and a remedy. The job turns red where a finding is at or above the input \`fail-on\`,
which is \`high\` unless you say otherwise. The severities below are defaults: a run that
knows better says so, as the text explains.

| Code | Severity | What it means | What to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
