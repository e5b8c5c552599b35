import { afterAll, beforeAll, beforeEach } from 'vitest';
import { ToolMissing } from './tools.ts';

/** Long enough to build what is needed, which is done once on a machine. */
const timeoutMs = 600_000;

/**
 * Sets up the tests of a file with something that is built or installed first. Where it
 * cannot be, for lack of Go or pip, the tests are skipped, except in CI, where what is
 * skipped would not be tested anywhere. The resources are disposed of in the end.
 */
export function useTool(
  setUp: (resources: AsyncDisposableStack) => Promise<unknown>,
): void {
  const resources = new AsyncDisposableStack();
  let missing: string | undefined;
  beforeAll(async () => {
    try {
      await setUp(resources);
    } catch (error) {
      if (!(error instanceof ToolMissing) || process.env['CI']) throw error;
      missing = error.message;
      // The default reporter does not show why a test was skipped.
      console.warn(`Skipped: ${missing}`);
    }
  }, timeoutMs);
  beforeEach(({ skip }) => skip(missing !== undefined, missing));
  afterAll(() => resources.disposeAsync());
}
