export interface Verdict {
  readonly status: 'ok' | 'failed' | 'skipped';
  /** What a person needs to know of a check that is not ok. */
  readonly detail: string;
}

export type Check = () => Promise<Verdict>;

export const ok: Verdict = { status: 'ok', detail: '' };

export const failed = (detail: string): Verdict => ({ status: 'failed', detail });

export const skipped = (detail: string): Verdict => ({ status: 'skipped', detail });

/** The verdict on a program that exits with 0 when it finds nothing. */
export function verdictOf(result: { code: number | null; output: string }): Verdict {
  return result.code === 0 ? ok : failed(result.output);
}
