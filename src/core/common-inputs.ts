import { severities } from './finding.ts';
import { choice, deadline, flag, text } from './input-kinds.ts';
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
    description: 'A short name of what is maintained, for the report.',
    allowed: 'a name; the default is taken from the target itself',
  }),
};

/** The values of the inputs that every action has. */
export type CommonInputs = InputsOf<typeof commonInputs>;
