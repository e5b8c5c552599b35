import { describe, expect, test } from 'vitest';
import { Unreadable } from '../../src/core/inputs.ts';
import { vacuumInputs } from '../../src/tasks/vacuum/inputs.ts';

const read = (text: string) => vacuumInputs.tables.parse(text);

describe('the input tables', () => {
  test.each([
    ['- public.trades\n- public.orders', ['public.trades', 'public.orders']],
    ['["public.*", "!public.audit_*"]', ['public.*', '!public.audit_*']],
    ["- '*.trades'\n- '!audit.trades'", ['*.trades', '!audit.trades']],
    ['- public.Order History', ['public.Order History']],
  ])('%j is a list of patterns', async (text, patterns) => {
    expect(await read(text)).toEqual(patterns);
  });

  test.each(['- public.*\n- !public.audit_*', '- *.trades', '[public.*, !public.a]'])(
    '%j lacks quotes, and is told so',
    async (text) => {
      await expect(read(text)).rejects.toThrow(Unreadable);
      await expect(read(text)).rejects.toThrow('in quotes');
    },
  );

  test.each([
    ['public.trades', 'a list'],
    ['public: [trades]', 'a list'],
    ['[]', 'empty'],
    ['- trades', '"trades" does not have the form schema.table'],
    ['- db.public.trades', 'schema.table'],
    ['- public.', 'schema.table'],
    ['- "!"', 'schema.table'],
    ['- 7', 'string'],
    ['- public.trades\n- [public.orders]', '2: '],
  ])('%j is refused: %s', async (text, reason) => {
    await expect(read(text)).rejects.toThrow(Unreadable);
    await expect(read(text)).rejects.toThrow(reason);
  });

  test('tells every pattern that is wrong', async () => {
    await expect(read('[a, b, public.trades]')).rejects.toThrow(/"a".*"b"/);
  });
});
