import { join } from 'node:path';
import { ensureBuilt } from '../scripts/demo/built-action.ts';
import { root } from '../scripts/root.ts';
import { bundleSize } from './bundle-size.ts';
import { compared, spreadOf } from './measure.ts';
import { kilobytes, milliseconds, printHeading, printPart, times } from './print.ts';
import { secondAction } from './second-action.ts';
import { startTimes } from './start-time.ts';

const rounds = 51;
const goal = 2.6;
const dist = join(root, 'dist');

/** Measures what the bundle weighs, how long it takes to start, and how it grows. */
export async function bench(): Promise<void> {
  printHeading('The bundle', 'bundle');
  await ensureBuilt();
  await printPart('Size of dist/', size);
  await printPart(`Start, ${rounds} runs each, interleaved`, start);
  await printPart('One more action, the code of vacuum once more', growth);
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
  const ratio = compared(action, bare, (value, base) => value / base);
  const verdict = ratio.median < goal ? 'reached' : 'missed';
  const onTop = (values: readonly number[]) =>
    milliseconds(compared(values, print, (value, base) => value - base));
  return [
    ['node -e 0, to its end: the baseline', milliseconds(spreadOf(bare))],
    ['vacuum, to its first line', milliseconds(spreadOf(action))],
    [`vacuum : node -e 0, goal under ${goal}×`, `${times(ratio)}, ${verdict}`],
    ['node that prints a line, to that line', milliseconds(spreadOf(print))],
    ['on top of it: @actions/core, bundled alone', onTop(core)],
    ['on top of it: what all actions share, with it', onTop(runtime)],
    ['on top of it: all of vacuum', onTop(action)],
  ] as const;
}

async function growth() {
  const { one, two } = await secondAction();
  const added = two.jsBytes - one.jsBytes;
  return [
    ['dist/ as it is: the baseline', kilobytes(one.jsBytes)],
    [
      'one more adds',
      `${kilobytes(added)}, ${((100 * added) / one.jsBytes).toFixed(1)} %`,
    ],
    ['one more adds, gzip', kilobytes(two.gzipBytes - one.gzipBytes)],
  ] as const;
}
