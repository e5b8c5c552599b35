import type { AboutRun, MaintenanceLog } from '../../../src/core/maintenance-log.ts';
import type { Result } from '../../../src/core/result-schema.ts';

/** A log in memory: what a run keeps, the next one has read. */
export function memoryLog(): MaintenanceLog & { kept: unknown; runs: Result[] } {
  const log = {
    kept: undefined as unknown,
    runs: [] as Result[],
    read: async () => ({
      history: { runs: log.runs, kept: log.kept },
      findings: [],
    }),
    begin: async ({ kept }: { kept: unknown }) => {
      log.kept = structuredClone(kept);
      return [];
    },
    write: async (result: Result, _: string, about?: AboutRun) => {
      if (result.outcome !== 'cancelled') {
        log.runs.unshift(structuredClone(result));
        log.kept = structuredClone(about?.kept ?? log.kept);
      }
      return { url: null, findings: [] };
    },
  };
  return log;
}
