import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type PostgresPrograms, pg0Programs } from './postgres-programs.ts';
import { ToolMissing } from './tools.ts';

/** Long enough to install the programs, which is done once on a machine. */
const timeoutMs = 600_000;

/**
 * Installs PostgreSQL 18.1 for the tests of a file. `setUp` gets it, and may add to the
 * resources that are disposed of in the end. Where it cannot be installed for lack of pip,
 * the tests are skipped, except in CI, where what is skipped would not be tested anywhere.
 */
export function usePg0(
  setUp: (
    programs: PostgresPrograms,
    resources: AsyncDisposableStack,
  ) => Promise<unknown>,
): void {
  const resources = new AsyncDisposableStack();
  let missing: string | undefined;
  beforeAll(async () => {
    try {
      await setUp(await pg0Programs(), resources);
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
