import type { Archive } from '../../../pg-dump/archive.ts';
import type { Comparison } from './comparison.ts';
import type { DumpSettings } from './dump-settings.ts';

/** The settings that may also have been those of the dump, but for the usual ones. */
export function otherSettings(
  usual: DumpSettings,
  zones: readonly string[],
  hasBytea: boolean,
): DumpSettings[] {
  const forms = [usual.byteaOutput, ...(hasBytea ? ['hex', 'escape'] : [])];
  const all = [usual.timeZone, ...zones].flatMap((timeZone) =>
    [...new Set(forms)].map((byteaOutput) => ({ ...usual, timeZone, byteaOutput })),
  );
  return all.filter(
    ({ timeZone, byteaOutput }) =>
      timeZone !== usual.timeZone || byteaOutput !== usual.byteaOutput,
  );
}

/** What sets one apart from the usual: `a TimeZone such as Asia/Kolkata`. */
export function differences(usual: DumpSettings, settings: DumpSettings): string {
  const { timeZone, byteaOutput } = settings;
  return [
    ...(timeZone === usual.timeZone ? [] : [`a TimeZone such as ${timeZone}`]),
    ...(byteaOutput === usual.byteaOutput ? [] : [`bytea_output ${byteaOutput}`]),
  ].join(' and ');
}

/** Why another text may stand for the same values; null where nothing speaks for it. */
export function excuseOf(
  { restored }: Comparison,
  archive: Archive,
  isZoneKnown: boolean,
): string | null {
  if (restored?.types.has('timestamptz') && !isZoneKnown) {
    return 'the time zone in which it was dumped cannot be told';
  }
  if (restored?.types.has('money')) {
    return 'it has amounts of money, which are printed as lc_monetary of the dumped server says';
  }
  if (
    restored?.types.has('float') &&
    Number.parseInt(archive.header.serverVersion, 10) < 12
  ) {
    return 'servers before PostgreSQL 12 print floating-point numbers in another way';
  }
  return null;
}
