import type { StepResult } from '../../core/result-schema.ts';
import type { Conclusion, Ended } from '../../core/task.ts';
import { formatCount } from '../../core/units.ts';
import type { Examined } from './examined.ts';
import { reportTables } from './tables.ts';
import type { GateTarget } from './target.ts';

/** What a run says of the pull request; one that could not look leaves it to a person. */
export function concludeGate({ target, steps }: Ended<GateTarget>): Conclusion {
  const examined = target?.examined;
  if (!examined) {
    const reasons = JSON.stringify(['It could not be looked at.']);
    const outputs = { decision: 'review', reasons };
    return { outputs, metrics: {}, tables: [] };
  }
  const { decision, reasons, evidence } = examined;
  return {
    message: `${verdictOf(examined)} ${summarizeActs(steps)}`.trim(),
    outputs: {
      decision,
      reasons: JSON.stringify(reasons.map(({ message }) => message)),
    },
    metrics: {
      blocking: reasons.filter(({ weight }) => weight === 'block').length,
      toReview: reasons.filter(({ weight }) => weight === 'review').length,
      incoming: evidence?.incoming.length ?? 0,
    },
    tables: reportTables(examined),
  };
}

const words = {
  merge: 'Merge: nothing speaks against it',
  review: 'Review',
  block: 'Do not merge',
};

/** The decision with its first reasons, as one sentence. */
export function verdictOf({ decision, reasons }: Examined): string {
  const grave = reasons.toSorted((a, b) => a.weight.localeCompare(b.weight));
  const shown = grave.slice(0, 3).map(({ message }) => message.replace(/\.$/, ''));
  const more = grave.length - shown.length;
  const others = more > 0 ? `; and ${formatCount(more)} more` : '';
  const list = shown.length > 0 ? `: ${shown.join('; ')}${others}` : '';
  return `${words[decision]}${list}.`;
}

/** Says what was done on the pull request. */
export function summarizeActs(steps: readonly StepResult[]): string {
  const done = steps.filter(({ status }) => status === 'done').map(({ id }) => id);
  return done.length > 0 ? `Done: ${done.join(', ')}.` : '';
}
