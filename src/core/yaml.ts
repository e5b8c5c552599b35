import { parseDocument } from 'yaml';
import type { ZodType, z } from 'zod';
import { Unreadable } from './inputs.ts';

/** Reads a YAML document and holds it against a schema. Throws `Unreadable`. */
export function parseYaml<Value>(text: string, schema: ZodType<Value>): Value {
  const parsed = schema.safeParse(readDocument(text));
  if (parsed.success) return parsed.data;
  throw new Unreadable(parsed.error.issues.map(explainIssue).join('; '));
}

function readDocument(text: string): unknown {
  const document = parseDocument(text);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Unreadable(explainSyntax(problem.message));
  try {
    // Nobody needs aliases in an input, and a few of them can fill the memory.
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw new Unreadable(explainSyntax((error as Error).message));
  }
}

function explainSyntax(message: string): string {
  const [line = ''] = message.split('\n');
  // `!` begins a tag and `*` an alias in YAML; in our lists they are patterns.
  return /tag|alias/i.test(line)
    ? `${line} (a value that begins with ! or * must stand in quotes, as in "!public.orders")`
    : line.replace(/:$/, '');
}

function explainIssue(issue: z.core.$ZodIssue): string {
  // People count from one.
  const path = issue.path.map((part) => (typeof part === 'number' ? part + 1 : part));
  const where = path.length > 0 ? `${path.map(String).join('.')}: ` : '';
  return `${where}${issue.message}`;
}
