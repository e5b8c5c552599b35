import { readFileSync } from 'node:fs';

/** The cron text that started the run; null where no schedule did. */
export function scheduleOf(env: NodeJS.ProcessEnv): string | null {
  const file = env['GITHUB_EVENT_PATH'];
  if (env['GITHUB_EVENT_NAME'] !== 'schedule' || !file) return null;
  try {
    const { schedule } = JSON.parse(readFileSync(file, 'utf8')) as { schedule?: unknown };
    return typeof schedule === 'string' ? schedule : null;
  } catch {
    return null;
  }
}
