/** One input of an action: its place in code, from which `action.yml` and README are made. */
export interface Input<Value> {
  /** What it means, in a sentence; the first thing a user reads of it. */
  readonly description: string;
  /** What may be given, for the error message and the README. */
  readonly allowed: string;
  /** The default as a user would write it. Without one, an absent input is `null`. */
  readonly default?: string;
  readonly required?: true;
  /** The default in `action.yml` where only GitHub knows it: `${{ github.token }}`. */
  readonly expression?: string;
  /** A secret is masked, and never repeated in a message. */
  readonly secret?: true;
  /** Reads the text of a present input. Throws `Unreadable` with what is wrong. */
  parse(text: string): Value | Promise<Value>;
}

/** The values that a spec reads to. An input without default may be `null`. */
export type InputsOf<Spec> = {
  readonly [Name in keyof Spec]: Spec[Name] extends {
    parse(text: string): infer Value;
  }
    ? Spec[Name] extends { default: string } | { required: true }
      ? Awaited<Value>
      : Awaited<Value> | null
    : never;
};

/** Thrown by an input's `parse`: the message says what is wrong with what was given. */
export class Unreadable extends Error {}

/** What is wrong with one input. */
export interface Problem {
  readonly input: string;
  readonly message: string;
}

/** Thrown when inputs are wrong: all that is wrong with all of them, at once. */
export class InvalidInputs extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'An input is' : `${problems.length} inputs are`;
    const list = problems.map(({ input, message }) => `- ${input}: ${message}`);
    super(`${count} not usable; nothing was contacted.\n${list.join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads every input of a spec, and collects everything that is wrong before it gives up.
 * An empty text counts as absent: schedules pass empty strings.
 *
 * @param read gives the text of an input, `''` where it is absent
 * @param check finds what is wrong between inputs that are each right; it is given only
 *   the inputs that could be read
 */
export async function readInputs<Spec extends Record<string, Input<unknown>>>(
  spec: Spec,
  read: (name: string) => string,
  check: (inputs: Partial<InputsOf<Spec>>) => readonly Problem[] = () => [],
): Promise<InputsOf<Spec>> {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [name, input] of Object.entries(spec)) {
    const text = read(name).trim() || (input.default ?? '');
    if (text === '') {
      if (input.required) {
        problems.push({ input: name, message: `is required: ${input.allowed}.` });
      }
      values[name] = null;
      continue;
    }
    try {
      values[name] = await input.parse(text);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problems.push({ input: name, message: explain(text, input, error) });
    }
  }
  problems.push(...check(values as Partial<InputsOf<Spec>>));
  if (problems.length > 0) throw new InvalidInputs(problems);
  return values as InputsOf<Spec>;
}

function explain(text: string, input: Input<unknown>, error: Unreadable): string {
  const given = input.secret ? 'the text given (not shown: it is secret)' : quote(text);
  const detail = error.message ? `: ${error.message}` : '';
  return `cannot read ${given}${detail}. Allowed: ${input.allowed}.`;
}

function quote(text: string): string {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return JSON.stringify(shown);
}
