/** The value of each metric, gravest first: its place is how far it is from the gravest. */
const levels = {
  AV: 'NALP',
  AC: 'LH',
  AT: 'NP',
  PR: 'NLH',
  UI: 'NPA',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'HLN',
  SI: 'HLN',
  SA: 'HLN',
} as const;

type Metric = keyof typeof levels;

/**
 * Scores of the macrovectors that base and threat metrics can reach (CVSS v4.0, section
 * 8.3), by the levels of EQ1, EQ2, EQ3 and EQ6. In each row: EQ4 = 1 with EQ5 = 0, 1 and
 * 2, then EQ4 = 2 likewise.
 */
const macrovectors: ReadonlyMap<string, readonly number[]> = new Map([
  ['0000', [10, 9.3, 9.1, 9.3, 8.9, 8.1]],
  ['0001', [9.6, 8.7, 8.1, 9, 8, 6.8]],
  ['0010', [9.3, 8.9, 8.1, 8.8, 7.8, 6.9]],
  ['0011', [9.2, 8.1, 6.5, 8, 7, 4.8]],
  ['0021', [7.9, 6.9, 5, 6.9, 5.5, 2.7]],
  ['0100', [9.5, 9, 8.4, 9.2, 8.2, 7.2]],
  ['0101', [9.1, 8.3, 7.1, 8.1, 7.1, 5.3]],
  ['0110', [9.2, 8, 7, 8.4, 7.1, 5]],
  ['0111', [8.2, 7.2, 5.9, 7, 5.2, 3]],
  ['0121', [7.1, 5.2, 2.9, 6.3, 2.9, 1.7]],
  ['1000', [9.4, 8.6, 7.7, 8.7, 7.4, 6.3]],
  ['1001', [8.9, 7.4, 6.4, 7.5, 6.3, 4.9]],
  ['1010', [8.6, 7.4, 5.9, 7.2, 5.7, 5.2]],
  ['1011', [7.6, 5.8, 5, 5.7, 5.2, 2.5]],
  ['1021', [6.5, 5.8, 2.6, 5.3, 2.1, 1.3]],
  ['1100', [9, 7.5, 6.1, 7.7, 6.8, 5.2]],
  ['1101', [7.7, 6.2, 5.3, 6.6, 5.9, 3]],
  ['1110', [7.4, 5.7, 4.7, 6.1, 5.7, 2.4]],
  ['1111', [5.9, 5.7, 2.3, 5.2, 2.9, 1.6]],
  ['1121', [5.8, 2.6, 1.5, 2.3, 1.3, 0.6]],
  ['2000', [8.6, 7.4, 5.6, 7, 5.2, 4]],
  ['2001', [7.4, 6.1, 3.4, 5.4, 4, 2.2]],
  ['2010', [7.2, 5.5, 4.6, 5.3, 3.4, 1.9]],
  ['2011', [5.7, 4.1, 1.9, 3.6, 1.9, 0.8]],
  ['2021', [4.7, 2.1, 1.1, 2.4, 0.9, 0.4]],
  ['2100', [7.3, 5.9, 4.1, 5.4, 4.5, 2]],
  ['2101', [5.5, 4, 2, 4.3, 2.2, 1.1]],
  ['2110', [6.1, 4.8, 2, 4.6, 1.7, 0.8]],
  ['2111', [5.1, 1.8, 0.9, 1.8, 0.7, 0.2]],
  ['2121', [2.4, 1.2, 0.5, 1, 0.3, 0.1]],
]);

/**
 * CVSS v4.0: base and threat metrics, by https://www.first.org/cvss/v4.0/specification-document.
 * Environmental metrics are for whoever runs the software, and are not read. Null where
 * the vector is not one.
 */
export function scoreOfV4(metrics: ReadonlyMap<string, string>): number | null {
  const level = new Map<Metric, number>();
  for (const metric of Object.keys(levels) as Metric[]) {
    const value = metrics.get(metric) ?? '';
    const found = value.length === 1 ? levels[metric].indexOf(value) : -1;
    if (found === -1) return null;
    level.set(metric, found);
  }
  const exploit = 'APU'.indexOf((metrics.get('E') ?? 'X').replace('X', 'A'));
  if (exploit === -1) return null;
  const sum = (...of: Metric[]) =>
    of.reduce((total, m) => total + (level.get(m) ?? 0), 0);
  const isGravest = (metric: Metric) => level.get(metric) === 0;

  if (sum('VC', 'VI', 'VA', 'SC', 'SI', 'SA') === 12) return 0;
  const open = (['AV', 'PR', 'UI'] as const).filter(isGravest).length;
  const eq1 = open === 3 ? 0 : open > 0 && metrics.get('AV') !== 'P' ? 1 : 2;
  const eq2 = sum('AC', 'AT') === 0 ? 0 : 1;
  const vulnerable = (['VC', 'VI', 'VA'] as const).some(isGravest);
  const eq3 = isGravest('VC') && isGravest('VI') ? 0 : vulnerable ? 1 : 2;
  const eq6 = vulnerable ? 0 : 1;
  const eq4 = (['SC', 'SI', 'SA'] as const).some(isGravest) ? 1 : 2;

  const lookUp = (
    e1: number,
    e2: number,
    e3: number,
    e6: number,
    e4: number,
    e5: number,
  ) => macrovectors.get(`${e1}${e2}${e3}${e6}`)?.[(e4 - 1) * 3 + e5] ?? Number.NaN;
  const highest = lookUp(eq1, eq2, eq3, eq6, eq4, exploit);

  // How far the vector is from the gravest of its macrovector, of all it could be, times
  // how much less the next lower macrovector scores.
  const steps: number[] = [];
  const step = (lower: number, distance: number, depth: number) =>
    steps.push(((highest - lower) * distance) / (depth + 1));
  if (eq1 < 2) {
    const height = eq1 === 0 ? 0 : 1;
    const lower = lookUp(eq1 + 1, eq2, eq3, eq6, eq4, exploit);
    step(lower, sum('AV', 'PR', 'UI') - height, eq1 === 0 ? 0 : 3);
  }
  if (eq2 === 0) step(lookUp(eq1, 1, eq3, eq6, eq4, exploit), 0, 0);
  if (eq3 < 2) {
    const lower =
      eq3 === 0
        ? Math.max(
            lookUp(eq1, eq2, 1, 0, eq4, exploit),
            lookUp(eq1, eq2, 0, 1, eq4, exploit),
          )
        : lookUp(eq1, eq2, 1, 1, eq4, exploit);
    step(lower, sum('VC', 'VI', 'VA') - eq3, eq3 === 0 ? 6 : 7);
  }
  if (eq4 === 1) step(lookUp(eq1, eq2, eq3, eq6, 2, exploit), sum('SC', 'SI', 'SA'), 4);
  if (exploit < 2) step(lookUp(eq1, eq2, eq3, eq6, eq4, exploit + 1), 0, 1);

  const mean =
    steps.length === 0 ? 0 : steps.reduce((total, one) => total + one, 0) / steps.length;
  return Math.round((highest - mean) * 10) / 10;
}
