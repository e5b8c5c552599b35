import { describe, expect, test } from 'vitest';
import { choice, flag, secret, text, wholeNumber } from '../../src/core/input-kinds.ts';
import {
  type Input,
  InvalidInputs,
  readInputs,
  Unreadable,
} from '../../src/core/inputs.ts';

const spec = {
  mode: choice(['fast', 'slow'], { description: 'How.', default: 'slow' }),
  jobs: wholeNumber({ description: 'How many.', default: '2', min: 1, max: 32 }),
  note: text({ description: 'A note.', allowed: 'any text' }),
  'dry-run': flag({ description: 'Whether.', default: 'false' }),
};

function read<Spec extends Record<string, Input<unknown>>>(
  of: Spec,
  given: Record<string, string>,
  check?: Parameters<typeof readInputs<Spec>>[2],
) {
  return readInputs(of, (name) => given[name] ?? '', check);
}

async function refusal(reading: Promise<unknown>): Promise<InvalidInputs> {
  const error = await reading.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(InvalidInputs);
  return error;
}

describe('inputs', () => {
  test('are read by their kinds', async () => {
    const given = { mode: 'fast', jobs: '8', note: 'Sunday', 'dry-run': 'true' };
    expect(await read(spec, given)).toEqual({
      mode: 'fast',
      jobs: 8,
      note: 'Sunday',
      'dry-run': true,
    });
  });

  test.each(['', ' ', '\n'])('given as %j are absent', async (blank) => {
    const given = { mode: blank, jobs: blank, note: blank, 'dry-run': blank };
    expect(await read(spec, given)).toEqual({
      mode: 'slow',
      jobs: 2,
      note: null,
      'dry-run': false,
    });
  });

  test('may have blanks around them', async () => {
    expect(await read(spec, { mode: ' fast\n' })).toMatchObject({ mode: 'fast' });
  });

  test('that are all wrong are all told, by name, at once', async () => {
    const given = { mode: 'quick', jobs: '99', 'dry-run': 'yes' };
    const { problems, message } = await refusal(read(spec, given));
    expect(problems.map(({ input }) => input)).toEqual(['mode', 'jobs', 'dry-run']);
    expect(message.split('\n')).toEqual([
      '3 inputs are not usable; nothing was contacted.',
      '- mode: cannot read "quick". Allowed: `fast`, `slow`.',
      '- jobs: cannot read "99". Allowed: a whole number from 1 to 32.',
      '- dry-run: cannot read "yes". Allowed: `true` or `false`.',
    ]);
  });

  test('that are required must be there', async () => {
    const required = { ...spec, source: { ...spec.note, required: true as const } };
    const { problems, message } = await refusal(read(required, {}));
    expect(message).toMatch(/^An input is not usable; nothing was contacted\.\n/);
    expect(problems).toEqual([{ input: 'source', message: 'is required: any text.' }]);
  });

  test('are shown shortened where what is wrong is long', async () => {
    const { message } = await refusal(read(spec, { mode: 'x'.repeat(100_000) }));
    expect(message.length).toBeLessThan(1000);
  });

  test('keep the lines of the message apart, whatever is given', async () => {
    const { message } = await refusal(read(spec, { mode: 'a\n- jobs: fine' }));
    expect(message.split('\n')).toHaveLength(2);
  });
});

describe('what is wrong with an input', () => {
  const reading = (kind: Partial<Input<string>>) => ({
    key: {
      ...text({ description: 'A key.', allowed: 'a key' }),
      ...kind,
      parse(): string {
        throw new Unreadable('it is too short');
      },
    },
  });

  test('is told with what was given', async () => {
    const { problems } = await refusal(read(reading({}), { key: 'abc' }));
    expect(problems[0]?.message).toBe(
      'cannot read "abc": it is too short. Allowed: a key.',
    );
  });

  test('is told without what was given where that is secret', async () => {
    const { message } = await refusal(read(reading({ secret: true }), { key: 'abc' }));
    expect(message).not.toContain('abc');
    expect(message).toContain('it is too short');
  });

  test('is no problem of the user where it is a fault of ours', async () => {
    const broken = {
      note: {
        ...spec.note,
        parse(): string {
          throw new TypeError('a bug');
        },
      },
    };
    await expect(read(broken, { note: 'x' })).rejects.toThrow(TypeError);
  });

  test('kinds know secrets', () => {
    expect(secret({ description: 'A key.', allowed: 'a key' }).secret).toBe(true);
  });
});

describe('the check between inputs', () => {
  test('adds its problems to those of the inputs', async () => {
    const check = () => [{ input: 'note', message: 'is needed here' }];
    const { problems } = await refusal(read(spec, { jobs: '0' }, check));
    expect(problems.map(({ input }) => input)).toEqual(['jobs', 'note']);
  });

  test('tells what is absent from what could not be read', async () => {
    const seen: unknown[] = [];
    const check = (inputs: object) => {
      seen.push('note' in inputs, 'jobs' in inputs);
      return [];
    };
    await refusal(read(spec, { jobs: 'many' }, check));
    expect(seen).toEqual([true, false]);
  });
});
