import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type S3, startS3 } from './s3.ts';
import { ToolMissing } from './tools.ts';

/** Long enough to build the store, which is done once on a machine. */
const timeoutMs = 600_000;

/**
 * Starts a store for the tests of a file. `setUp` gets it, and may add to the resources
 * that are disposed of in the end. Where the store cannot be built for lack of Go, the
 * tests are skipped, except in CI, where what is skipped would not be tested anywhere.
 */
export function useS3(
  setUp: (s3: S3, resources: AsyncDisposableStack) => Promise<unknown>,
): void {
  const resources = new AsyncDisposableStack();
  let missing: string | undefined;
  beforeAll(async () => {
    try {
      await setUp(resources.use(await startS3()), resources);
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
