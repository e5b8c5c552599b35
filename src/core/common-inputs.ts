import { severities } from './finding.ts';
import { choice, deadline, flag, repository, secret, text } from './input-kinds.ts';
import type { InputsOf } from './inputs.ts';

/** The inputs that every action has. */
export const commonInputs = {
  'dry-run': flag({
    description: 'Plan and report, change nothing.',
    default: 'false',
  }),
  deadline: deadline({
    description:
      'The end of the window, a wall-clock time that a late start does not move. What does not fit is not begun, what still runs is cancelled on the server, and both are carried over by name.',
  }),
  'fail-on': choice([...severities, 'never'], {
    description: 'The lowest severity of a finding that turns the job red.',
    default: 'high',
  }),
  summary: choice(['always', 'on-findings', 'never'], {
    description: 'When to write the job summary.',
    default: 'always',
  }),
  target: text({
    description:
      'A short name of what is maintained; the maintenance log belongs to task and target.',
    allowed: 'a name; the default is taken from the target itself',
  }),
  'log-issue': choice(['auto', 'true', 'false'], {
    description:
      'Whether to keep the maintenance log, an issue of which the body is the state now and each comment one run. `auto` does so except in a public repository, where users, queries and names would be shown to everyone.',
    default: 'auto',
  }),
  'log-repository': repository({
    description: 'The repository in which the maintenance log is kept.',
    allowed: '`owner/name`; the default is the repository of the workflow',
  }),
  'github-token': {
    ...secret({
      description: 'For the maintenance log; it needs `issues: write`.',
      allowed: 'a token of GitHub',
    }),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
    expression: '${{ github.token }}',
  },
};

/** The values of the inputs that every action has. */
export type CommonInputs = InputsOf<typeof commonInputs>;
