/** The input `log-issue`; `auto` is true except in a public repository. */
export type LogMode = 'auto' | 'true' | 'false';

/** Whether no log is kept, and that is no problem: nobody asked for one. */
export function isUnasked(mode: LogMode, token: string): boolean {
  return mode === 'false' || (mode === 'auto' && token === '');
}
