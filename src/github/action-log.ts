import * as core from '@actions/core';
import type { Log } from '../core/run.ts';
import { escapeLogLine, escapeLogText } from './escape.ts';

/** The log of a job, as the runner shows it. */
export const actionLog: Log = {
  info: (line) => core.info(escapeLogText(line)),
  warning: (line) => core.warning(escapeLogText(line)),
  group(title, lines) {
    core.startGroup(escapeLogLine(title));
    for (const line of lines) core.info(escapeLogLine(line));
    core.endGroup();
  },
};
