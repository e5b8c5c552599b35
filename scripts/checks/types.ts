import { runModule } from '../command.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The types of everything: src, test, scripts and bench. */
export async function check(): Promise<Verdict> {
  return verdictOf(await runModule('typescript/bin/tsc', ['--noEmit']));
}
