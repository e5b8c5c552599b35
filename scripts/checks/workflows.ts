import { runCommand } from '../command.ts';
import { failed, ok, skipped, type Verdict } from './verdict.ts';
import { installActionlint, installZizmor, ToolMissing } from './workflow-linters.ts';

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
  return problemsOf(await runCommand(await installActionlint(), options));
}

async function auditSecurity(): Promise<string> {
  const options = ['--offline', '--persona', 'pedantic', '--quiet'];
  const inputs = ['--config', '.github/zizmor.yml', '.github', 'actions'];
  return problemsOf(await runCommand(await installZizmor(), [...options, ...inputs]));
}

function problemsOf({ code, output }: { code: number | null; output: string }): string {
  return code === 0 ? '' : output || `exit code ${code}`;
}
