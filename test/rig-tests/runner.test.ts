import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCommandFile } from '../rig/command-files.ts';
import { runAction, startAction } from '../rig/runner.ts';

let directory: string;
beforeAll(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'rig-test-'));
});
afterAll(() => fs.rm(directory, { recursive: true }));

async function script(name: string, source: string): Promise<string> {
  const file = path.join(directory, `${name}.mjs`);
  await fs.writeFile(file, source);
  return file;
}

describe('a run', () => {
  test('reads what the step wrote before its directory goes', async () => {
    const main = await script(
      'writes',
      `import fs from 'node:fs';
      const { env } = process;
      const file = env.RUNNER_TEMP + '/result.json';
      fs.writeFileSync(file, '{"schema":1}');
      fs.appendFileSync(env.GITHUB_OUTPUT, 'outcome=a=b<<c\\n');
      fs.appendFileSync(env.GITHUB_OUTPUT, 'list<<END\\nx=1\\n\\ny\\nEND\\n');
      fs.appendFileSync(env.GITHUB_OUTPUT, 'result-file<<E\\n' + file + '\\nE\\n');
      fs.appendFileSync(env.GITHUB_STATE, 'finished<<E\\nfalse\\nE\\n');
      fs.appendFileSync(env.GITHUB_STEP_SUMMARY, '# Done\\n');
      console.log('out'); console.error('err');
      process.exitCode = 3;`,
    );
    const run = await runAction(main);
    expect(run).toMatchObject({
      ...{ code: 3, signal: null, signalsSent: [], summary: '# Done\n' },
      result: { schema: 1 },
      state: { finished: 'false' },
      outputs: { outcome: 'a=b<<c', list: 'x=1\n\ny' },
    });
    expect(run.output).toContain('out\n');
    expect(run.output).toContain('err\n');
    expect(run.durationMs).toBeGreaterThan(10);
    await expect(fs.access(run.tempDirectory)).rejects.toThrow('ENOENT');
  });

  test('has a clean environment with inputs and state', async () => {
    const main = await script('prints', 'console.log(JSON.stringify(process.env));');
    process.env['RIG_LEAK'] = 'yes';
    const { output, tempDirectory } = await runAction(main, {
      inputs: { 'dry-run': 'true', 'two words': '', absent: undefined },
      state: { finished: 'false' },
      env: { GITHUB_RUN_ID: '42', CI: undefined },
    });
    delete process.env['RIG_LEAK'];
    const env = JSON.parse(output);
    expect(env).toMatchObject({
      'INPUT_DRY-RUN': 'true',
      INPUT_TWO_WORDS: '',
      STATE_finished: 'false',
      GITHUB_RUN_ID: '42',
      RUNNER_TEMP: tempDirectory,
    });
    const allowed = /^(PATH|HOME|RUNNER_.*|GITHUB_.*|INPUT_.*|STATE_.*|_)$/;
    expect(Object.keys(env).filter((name) => !allowed.test(name))).toEqual([]);
    expect(env).not.toHaveProperty('INPUT_ABSENT');
  });

  test('hands its directory and state on to the post step', async () => {
    const main = await script(
      'saves',
      `import fs from 'node:fs';
      fs.writeFileSync(process.env.RUNNER_TEMP + '/dump', 'data');
      fs.appendFileSync(process.env.GITHUB_STATE, 'file=dump\\n');`,
    );
    const post = await script(
      'sweeps',
      `import fs from 'node:fs';
      const { RUNNER_TEMP, STATE_file } = process.env;
      console.log(fs.readFileSync(RUNNER_TEMP + '/' + STATE_file, 'utf8'));`,
    );
    const { state, tempDirectory } = await runAction(main, { keep: true });
    const run = await runAction(post, { state, tempDirectory });
    expect(run).toMatchObject({ output: 'data\n', state: {} });
    await expect(fs.access(tempDirectory)).rejects.toThrow('ENOENT');
  });

  test('is not held up by a grandchild that keeps the streams open', async () => {
    const main = await script(
      'leaves',
      `import { spawn } from 'node:child_process';
      spawn('sleep', ['5'], { stdio: 'inherit', detached: true }).unref();`,
    );
    expect((await runAction(main)).durationMs).toBeLessThan(4_000);
  });
});

describe('cancelling', () => {
  test('sends SIGINT, which an action can answer', async () => {
    const main = await script(
      'answers',
      `process.on('SIGINT', () => { console.log('bye'); process.exit(0); });
      console.log('ready'); setInterval(() => {}, 1000);`,
    );
    await using action = startAction(main);
    await action.waitForOutput(/ready/);
    action.cancel();
    const run = await action.finished;
    expect(run).toMatchObject({ code: 0, signalsSent: ['SIGINT'] });
    expect(run.output).toContain('bye');
  });

  test('goes on to SIGTERM and SIGKILL', async () => {
    const main = await script(
      'ignores',
      `for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => console.log(s));
      console.log('ready'); setInterval(() => {}, 1000);`,
    );
    await using action = startAction(main);
    await action.waitForOutput(/ready/);
    const cancelledAt = performance.now();
    action.cancel();
    await action.waitForOutput(/SIGTERM/);
    const terminatedAt = performance.now();
    const run = await action.finished;
    expect(run).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(run.signalsSent).toEqual(['SIGINT', 'SIGTERM', 'SIGKILL']);
    expect(terminatedAt - cancelledAt).toBeGreaterThan(7_400);
    expect(performance.now() - terminatedAt).toBeGreaterThan(2_400);
  });

  test('is done for an action that the test leaves running', async () => {
    const main = await script('stays', 'setInterval(() => {}, 1000);');
    const action = startAction(main);
    await action[Symbol.asyncDispose]();
    expect((await action.finished).signal).toBe('SIGKILL');
  });
});

test('waiting for output ends when the process does', async () => {
  const main = await script('ends', `console.log('something else');`);
  await using action = startAction(main);
  await expect(action.waitForOutput(/never/)).rejects.toThrow('something else');
  await action.finished;
  await expect(action.waitForOutput(/never/)).rejects.toThrow('something else');
  await expect(action.waitForOutput(/else/)).resolves.toBeUndefined();
});

test('command files that the runner refuses are refused', () => {
  expect(() => parseCommandFile('a<<END\nb\n')).toThrow(
    "Matching delimiter not found 'END'",
  );
  expect(() => parseCommandFile('nothing')).toThrow("Invalid format 'nothing'");
});
