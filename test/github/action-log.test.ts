import { expect, test } from 'vitest';
import { actionLog } from '../../src/github/action-log.ts';
import { commandsOf, outputOf } from './runner-commands.ts';

test('each line of a text is a line of the log, and none a command', () => {
  const output = outputOf(() => actionLog.info('failed:\n::error::x\r\n##[error]y'));
  const lines = output.trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe('failed:');
  for (const line of lines) expect(line).not.toMatch(/^\s*::|##\[|\r/);
});

test('a warning is one annotation, whatever is in it', () => {
  const commands = commandsOf(() => actionLog.warning('a\n::error::b'));
  expect(commands).toMatchObject([{ name: 'warning', text: 'a\n : :error::b' }]);
});

test.each(['a\u001b[31mb', 'a\u202eb', 'a\u200bb', 'a\u0085b', 'a\u00adb'])(
  'nothing that is not seen comes through: %j',
  (text) => {
    const output = outputOf(() => {
      actionLog.info(text);
      actionLog.warning(text);
      actionLog.group(text, [text]);
    });
    expect(output).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  },
);

test('a group folds its lines under its title, and none of them ends it', () => {
  const output = outputOf(() =>
    actionLog.group('plan: 2 steps', ['VACUUM public.a', '::endgroup::']),
  );
  const lines = output.trimEnd().split('\n');
  expect(lines[0]).toBe('::group::plan: 2 steps');
  expect(lines[1]).toBe('VACUUM public.a');
  expect(lines.filter((line) => line.trimStart().startsWith('::endgroup'))).toEqual([
    lines[3],
  ]);
});
