import { type PostgresPrograms, pg0Programs } from './postgres-programs.ts';
import { useTool } from './tool-suite.ts';

/**
 * Installs PostgreSQL 18.1 with its programs for the tests of a file; `setUp` gets it, and
 * may add to the resources.
 */
export function usePg0(
  setUp: (
    programs: PostgresPrograms,
    resources: AsyncDisposableStack,
  ) => Promise<unknown>,
): void {
  useTool(async (resources) => setUp(await pg0Programs(), resources));
}
