import { runModule } from '../command.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Lint rules, directions of imports and format; a warning counts as an error. */
export async function check(): Promise<Verdict> {
  const options = ['--error-on-warnings', '--max-diagnostics=100'];
  return verdictOf(await runModule('@biomejs/biome/bin/biome', ['check', ...options]));
}
