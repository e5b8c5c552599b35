import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { yaml } from '../../src/core/input-kinds.ts';
import { Unreadable } from '../../src/core/inputs.ts';
import { parseYaml } from '../../src/core/yaml.ts';

const names = z.array(z.string());
const policies = z.array(z.strictObject({ table: z.string(), keep: z.string() }));

describe('a list in YAML', () => {
  test.each([
    ['- a.b\n- "!a.c"\n', ['a.b', '!a.c']],
    ['[a.b, "!a.c"]', ['a.b', '!a.c']],
    ["# all but one\n- 'a.*'\n- '!a.c'", ['a.*', '!a.c']],
    ['[]', []],
  ])('%j is read', (text, value) => {
    expect(parseYaml(text, names)).toEqual(value);
  });

  test.each(['- !public.audit', '[public.*, !public.audit_*]', '- *.audit', '- *'])(
    '%j lacks quotes, and is told so',
    (text) => {
      expect(() => parseYaml(text, names)).toThrow(Unreadable);
      expect(() => parseYaml(text, names)).toThrow('in quotes');
    },
  );

  test.each(['- "a', '- a\n - b\n- c: [', '{a: b, a: c}', 'a: b: c'])(
    '%j is no YAML',
    (text) => {
      expect(() => parseYaml(text, names)).toThrow(Unreadable);
    },
  );

  test('cannot be blown up by aliases', () => {
    const bomb = '- &a [x, x]\n- &b [*a, *a]\n- &c [*b, *b]\n- [*c, *c]\n';
    expect(() => parseYaml(bomb, z.array(z.unknown()))).toThrow(Unreadable);
  });
});

describe('a value that does not fit', () => {
  test('is named with its place', () => {
    const text = '- table: public.trades\n  keep: 90 days\n- table: 7\n  keep: x\n';
    expect(() => parseYaml(text, policies)).toThrow(/^2\.table: .*string/);
  });

  test.each([
    ['[7]', /^1: /],
    ['a', /^[^:]*list/],
  ])('in %j is named with a place only where there is one', (text, message) => {
    const list = z.array(z.string(), { error: 'a list is expected' });
    expect(() => parseYaml(text, list)).toThrow(message);
  });

  test('is told with all others at once', () => {
    const reading = () => parseYaml('[{table: 1, keep: 2}]', policies);
    expect(reading).toThrow(/1\.table: .*; 1\.keep: /);
  });

  test('is named where its key is not known', () => {
    const text = '- table: public.trades\n  keep: 90 days\n  kep: 30 days\n';
    expect(() => parseYaml(text, policies)).toThrow('kep');
    expect(() => parseYaml(text, policies)).toThrow(Unreadable);
  });
});

test('an input in YAML is read by its schema', async () => {
  const about = { description: 'Names.', allowed: 'a list of names' };
  const kind = yaml(about, async () => names);
  await expect(kind.parse('- a')).resolves.toEqual(['a']);
  await expect(kind.parse('a')).rejects.toThrow(Unreadable);
});
