import { z } from 'zod';
import { type FindingCode, findingKinds, severities } from './finding.ts';
import { outcomes, reasons } from './outcome.ts';
import { stepStatuses } from './step.ts';

/** How a cell of a table is written for people. */
export const reportUnits = [
  'text',
  'code',
  'count',
  'bytes',
  'seconds',
  'share',
] as const;

export type ReportUnit = (typeof reportUnits)[number];

const time = z.iso.datetime().describe('RFC 3339, in UTC');
const figures = z.record(z.string(), z.union([z.number(), z.string(), z.null()]));

const step = z.strictObject({
  id: z.string().describe('The object, as the target itself writes it'),
  command: z.string().describe('The exact command'),
  status: z.enum(stepStatuses),
  why: z.string().describe('Why the step was planned, with its figures'),
  predictedSeconds: z.number().nonnegative(),
  startedAt: time.nullable().describe('null where the step was never begun'),
  seconds: z.number().nonnegative().nullable().describe('null where it was never begun'),
  before: figures.nullable(),
  after: figures.nullable(),
  metrics: z.record(z.string(), z.number()),
  error: z.string().nullable(),
});

const finding = z.strictObject({
  severity: z.enum(severities),
  code: z.enum(Object.keys(findingKinds) as [FindingCode, ...FindingCode[]]),
  subject: z.string(),
  message: z.string(),
  remedy: z.string(),
  ecosystem: z.string().exactOptional(),
  package: z.string().exactOptional(),
  version: z.string().exactOptional(),
  manifest: z.string().describe('The file that names the dependency').exactOptional(),
  path: z
    .array(z.string())
    .readonly()
    .describe('From the project to the package')
    .exactOptional(),
  scope: z.string().describe('runtime, build or dev').exactOptional(),
  advisory: z.string().exactOptional(),
  aliases: z
    .array(z.string())
    .readonly()
    .describe('Other names of the advisory')
    .exactOptional(),
  fixedIn: z.array(z.string()).readonly().exactOptional(),
  fix: z.string().describe('The command to type').exactOptional(),
  blockedBy: z.string().describe('Who keeps the fix from being taken').exactOptional(),
  firstSeen: z.string().describe('The day on which a run saw it first').exactOptional(),
});

const reportTable = z.strictObject({
  title: z.string(),
  isHead: z.literal(true).describe('What a reader needs first').exactOptional(),
  columns: z.array(z.strictObject({ title: z.string(), unit: z.enum(reportUnits) })),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
});

/**
 * What a run found and did: the one object from which everything that a person or a
 * machine reads is made. `docs/result.schema.json` is generated from it.
 */
export const resultSchema = z.strictObject({
  schema: z.literal(1),
  task: z.string(),
  outcome: z.enum(outcomes),
  reason: z.enum(reasons),
  message: z.string().describe('One or two sentences for a person'),
  target: z.string().nullable().describe('null where it was never reached'),
  dryRun: z.boolean(),
  startedAt: time,
  finishedAt: time,
  deadline: time.nullable(),
  run: z.strictObject({
    id: z.string(),
    attempt: z.int().positive(),
    url: z.string().nullable(),
  }),
  steps: z.array(step).describe('In the order of the plan'),
  findings: z.array(finding).describe('Gravest first'),
  metrics: z.record(z.string(), z.number()),
  outputs: z
    .record(z.string(), z.string())
    .describe('Further outputs of the task')
    .optional(),
  tables: z
    .array(reportTable)
    .describe('What else a person may want to look at')
    .optional(),
});

/** What a run found and did. */
export type Result = z.infer<typeof resultSchema>;

/** A step as it stands in a result. */
export type StepResult = z.infer<typeof step>;

/** A table for the report, made by a task. */
export type ReportTable = z.infer<typeof reportTable>;
