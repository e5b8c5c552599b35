import { scoreOfV4 } from './cvss-v4.ts';

type Metrics = ReadonlyMap<string, string>;

/**
 * The base score, 0 to 10, of a CVSS vector of version 2, 3.0, 3.1 or 4.0 (there with its
 * threat metric); null where the text is no such vector. Temporal and environmental
 * metrics are left out: they are for whoever runs the software.
 */
export function cvssScore(vector: string): number | null {
  if (vector.length > 512) return null;
  const [, version = '2.0', text = ''] =
    /^(?:CVSS:([\d.]+)\/)?(.*)$/.exec(vector.trim()) ?? [];
  const metrics = new Map<string, string>();
  for (const pair of text.split('/')) {
    const [metric = '', value = ''] = pair.split(':');
    if (metrics.has(metric)) return null;
    metrics.set(metric, value);
  }
  if (version === '2.0') return scoreOfV2(metrics);
  if (version === '3.0' || version === '3.1') return scoreOfV3(metrics);
  return version === '4.0' ? scoreOfV4(metrics) : null;
}

type Weights = Readonly<Record<string, number>>;

/** The weights of the values that a vector gives; null where one is missing or odd. */
function weigh<Metric extends string>(
  metrics: Metrics,
  weights: Readonly<Record<Metric, Weights>>,
): Record<Metric, number> | null {
  const found: Partial<Record<Metric, number>> = {};
  for (const metric of Object.keys(weights) as Metric[]) {
    const value = metrics.get(metric);
    if (value === undefined || !Object.hasOwn(weights[metric], value)) return null;
    found[metric] = weights[metric][value] as number;
  }
  return found as Record<Metric, number>;
}

const impact2 = { N: 0, P: 0.275, C: 0.66 };

const weights2 = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: impact2,
  I: impact2,
  A: impact2,
};

/** https://www.first.org/cvss/v2/guide, section 3.2.1. */
function scoreOfV2(metrics: Metrics): number | null {
  const w = weigh(metrics, weights2);
  if (w === null) return null;
  const impact = 10.41 * (1 - (1 - w.C) * (1 - w.I) * (1 - w.A));
  if (impact === 0) return 0;
  const exploitability = 20 * w.AV * w.AC * w.Au;
  return Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10) / 10;
}

const impact3 = { N: 0, L: 0.22, H: 0.56 };

const weights3 = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  S: { U: 0, C: 1 },
  C: impact3,
  I: impact3,
  A: impact3,
};

/** Where the scope changes, privileges weigh less. */
const privilegesOnceChanged: Weights = { N: 0.85, L: 0.68, H: 0.5 };

/** https://www.first.org/cvss/v3.1/specification-document, section 7.1. */
function scoreOfV3(metrics: Metrics): number | null {
  const w = weigh(metrics, weights3);
  if (w === null) return null;
  const changed = w.S === 1;
  const base = 1 - (1 - w.C) * (1 - w.I) * (1 - w.A);
  const impact = changed
    ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15
    : 6.42 * base;
  if (impact <= 0) return 0;
  const privileges = changed
    ? (privilegesOnceChanged[metrics.get('PR') ?? ''] ?? w.PR)
    : w.PR;
  const exploitability = 8.22 * w.AV * w.AC * privileges * w.UI;
  return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

/** To one decimal, upwards, by the integers that v3.1 asks for (appendix A). */
function roundUp(score: number): number {
  const integer = Math.round(score * 100_000);
  return integer % 10_000 === 0
    ? integer / 100_000
    : (Math.floor(integer / 10_000) + 1) / 10;
}
