import { performance } from 'node:perf_hooks';
import { type Check, failed, type Verdict } from './checks/verdict.ts';

// Loaded one by one: a check whose own code is broken fails alone.
const checks: Record<string, () => Promise<{ check: Check }>> = {
  types: () => import('./checks/types.ts'),
  lint: () => import('./checks/lint.ts'),
  generated: () => import('./checks/generated.ts'),
  dist: () => import('./checks/dist.ts'),
  workflows: () => import('./checks/workflows.ts'),
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks);
const verdicts: Verdict[] = [];
for (const name of names) verdicts.push(await runCheck(name));

const count = (status: Verdict['status']) =>
  verdicts.filter((verdict) => verdict.status === status).length;
const skips = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
console.log(`${count('ok')} passed, ${count('failed')} failed${skips}`);
if (count('failed') > 0) process.exitCode = 1;

async function runCheck(name: string): Promise<Verdict> {
  const start = performance.now();
  const verdict = await verdictOn(name);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (verdict.status === 'ok') console.log(`ok   ${name} (${seconds} s)`);
  else if (verdict.status === 'skipped') console.log(`SKIP ${name}: ${verdict.detail}`);
  else console.log(`FAIL ${name} (${seconds} s)\n${indent(verdict.detail)}`);
  return verdict;
}

async function verdictOn(name: string): Promise<Verdict> {
  const load = checks[name];
  const known = Object.keys(checks).join(', ');
  if (load === undefined) return failed(`There is no such check; there are: ${known}.`);
  try {
    const { check } = await load();
    return await check();
  } catch (error) {
    return failed(
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  }
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '     ');
}
