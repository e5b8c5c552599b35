import { goProgram, pythonProgram, ToolMissing } from '../../test/rig/tools.ts';
import { runCommand } from '../command.ts';
import { failed, ok, skipped, type Verdict } from './verdict.ts';

/** Workflows and actions, by actionlint and zizmor. */
export async function check(): Promise<Verdict> {
  try {
    const problems = [await lintSyntax(), await auditSecurity()].filter(
      (text) => text !== '',
    );
    return problems.length === 0 ? ok : failed(problems.join('\n'));
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    return process.env['CI'] ? failed(error.message) : skipped(error.message);
  }
}

async function lintSyntax(): Promise<string> {
  // Without the two it gives the same answer on every machine, whatever is installed there.
  const options = ['-shellcheck=', '-pyflakes='];
  const actionlint = await goProgram(
    'github.com/rhysd/actionlint/cmd/actionlint',
    '1.7.12',
  );
  return problemsOf(await runCommand(actionlint, options));
}

async function auditSecurity(): Promise<string> {
  const options = ['--offline', '--persona', 'pedantic', '--quiet'];
  const inputs = ['--config', '.github/zizmor.yml', '.github', 'actions'];
  const zizmor = await pythonProgram('zizmor', '1.32.0');
  return problemsOf(await runCommand(zizmor, [...options, ...inputs]));
}

function problemsOf({ code, output }: { code: number | null; output: string }): string {
  return code === 0 ? '' : output || `exit code ${code}`;
}
