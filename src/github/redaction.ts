import type { Result } from '../core/result-schema.ts';

/**
 * Takes secrets out of the texts of a result into which a server or a network may have put
 * them. Words of the closed lists, times and the names of objects stay: a password that is
 * `failed`, or the name of a schema, must not change what a report says.
 */
export function redactResult(result: Result, redact: (text: string) => string): Result {
  const { tables } = result;
  const cell = (value: string | number | null) =>
    typeof value === 'string' ? redact(value) : value;
  return {
    ...result,
    message: redact(result.message),
    steps: result.steps.map((step) => ({
      ...step,
      why: redact(step.why),
      error: step.error === null ? null : redact(step.error),
    })),
    findings: result.findings.map((finding) => ({
      ...finding,
      message: redact(finding.message),
      remedy: redact(finding.remedy),
    })),
    ...(tables && {
      tables: tables.map((table) => ({
        ...table,
        rows: table.rows.map((row) => row.map(cell)),
      })),
    }),
  };
}
