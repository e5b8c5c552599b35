import { stringify } from 'yaml';
import { commonInputs } from '../../src/core/common-inputs.ts';
import type { Input } from '../../src/core/inputs.ts';
import type { AnyTask } from '../../src/core/task.ts';
import { outputs } from '../../src/github/outputs.ts';

/** All inputs of an action, in the order in which a reader wants to meet them. */
export function inputsOf(task: AnyTask): [string, Input<unknown>][] {
  return Object.entries<Input<unknown>>({
    ...task.inputs,
    ...commonInputs,
    ...task.inputs,
  });
}

/** All outputs of an action, its own first. */
export function outputsOf(task: AnyTask): Record<string, string> {
  return { ...task.outputs, ...outputs };
}

/** Makes the `action.yml` of a task. */
export function actionYml(task: AnyTask): string {
  const inputs = inputsOf(task).map(([name, input]) => [
    name,
    {
      description: `${input.description} Allowed: ${input.allowed}.`,
      // The runner does not enforce it, so that code does; absent inputs are empty texts.
      required: input.required === true,
      default: input.expression ?? input.default ?? '',
    },
  ]);
  const action = {
    name: `Matchbook maintenance: ${task.name}`,
    description: `${task.description}.`,
    author: 'Matchbook maintenance contributors',
    branding: { icon: 'database', color: 'blue' },
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(
      Object.entries(outputsOf(task)).map(([name, description]) => [
        name,
        { description },
      ]),
    ),
    runs: {
      using: 'node24',
      main: `../../dist/${task.name}.js`,
      post: `../../dist/${task.name}-post.js`,
    },
  };
  const head =
    '# Made from src/ by `npm run generate`; a check holds it against the code.\n';
  return head + stringify(action, { lineWidth: 100, singleQuote: true });
}
