import { join } from 'node:path';
import { ensureBuilt } from '../scripts/demo/built-action.ts';
import { root } from '../scripts/root.ts';
import { bundleSize } from './bundle-size.ts';
import { kilobytes, milliseconds, printHeading, printPart, ratio } from './print.ts';
import { secondAction } from './second-action.ts';
import { startTimes } from './start-time.ts';

const rounds = 21;
const goal = 2.6;
const dist = join(root, 'dist');

/** Measures what the bundle weighs, how long it takes to start, and how it grows. */
export async function bench(): Promise<void> {
  printHeading('The bundle', 'bundle');
  await ensureBuilt();
  await printPart('Size of dist/', size);
  await printPart(`Start, ${rounds} runs each, interleaved`, start);
  await printPart('A second action, the code of vacuum once more', growth);
}

async function size() {
  const { jsBytes, gzipBytes, jsFiles, files } = await bundleSize(dist);
  return [
    ['JavaScript', `${kilobytes(jsBytes)} in ${jsFiles} of ${files} files`],
    ['JavaScript, gzip', kilobytes(gzipBytes)],
  ] as const;
}

async function start() {
  const { bare, print, core, runtime, action } = await startTimes(dist, rounds);
  const verdict = action.median / bare.median < goal ? 'reached' : 'missed';
  const over = ({ median }: typeof bare) => `${(median - print.median).toFixed(0)} ms`;
  return [
    ['node -e 0, to its end: the baseline', milliseconds(bare)],
    ['vacuum, to its first line', milliseconds(action)],
    ['', `${ratio(action.median, bare.median)}, goal under ${goal}× ${verdict}`],
    ['node that prints a line, to that line', milliseconds(print)],
    ['on top of it: @actions/core, bundled alone', over(core)],
    ['on top of it: what all actions share, with it', over(runtime)],
    ['on top of it: all of vacuum', over(action)],
  ] as const;
}

async function growth() {
  const { one, two } = await secondAction();
  const added = two.jsBytes - one.jsBytes;
  return [
    ['dist/ with one action: the baseline', kilobytes(one.jsBytes)],
    ['the second adds', `${kilobytes(added)}, ${ratio(added, one.jsBytes)}`],
    ['the second adds, gzip', kilobytes(two.gzipBytes - one.gzipBytes)],
  ] as const;
}
