import type { Patience } from './patience.ts';
import { mightHaveBeenCarriedOut } from './request-error.ts';

/**
 * Creates something on GitHub, and never twice: where it may have been created although no
 * good answer came, it is looked for before the request is made again.
 */
export async function createOnce<Created>(
  patience: Patience,
  create: () => Promise<Created>,
  find: () => Promise<Created | undefined>,
): Promise<Created> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      if (!mightHaveBeenCarriedOut(error)) throw error;
      if (!(await patience.waitToRepeat(error, attempt))) throw error;
      const created = await find();
      if (created !== undefined) return created;
    }
  }
}
