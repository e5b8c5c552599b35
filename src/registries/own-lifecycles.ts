import type { Lifecycle } from './end-of-life.ts';

const from = 'own table of 2026-11';
const dayMs = 86_400_000;

/** The last day of regular support, by product and release. */
const lastDays: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  debian: {
    '10': '2022-09-10',
    '11': '2024-08-14',
    '12': '2026-07-11',
    '13': '2028-08-09',
  },
  ubuntu: { '20.04': '2025-05-31', '22.04': '2027-04-01', '24.04': '2029-05-31' },
  'alpine-linux': {
    '3.18': '2025-05-09',
    '3.19': '2025-11-01',
    '3.20': '2026-04-01',
    '3.21': '2026-11-01',
    '3.22': '2027-05-01',
  },
  postgresql: {
    '12': '2024-11-21',
    '13': '2025-11-13',
    '14': '2026-11-12',
    '15': '2027-11-11',
    '16': '2028-11-09',
    '17': '2029-11-08',
    '18': '2030-11-14',
  },
  nodejs: {
    '18': '2025-04-30',
    '20': '2026-04-30',
    '22': '2027-04-30',
    '24': '2028-04-30',
  },
  python: {
    '3.8': '2024-10-07',
    '3.9': '2025-10-31',
    '3.10': '2026-10-31',
    '3.11': '2027-10-31',
    '3.12': '2028-10-31',
    '3.13': '2029-10-31',
  },
};

const codenames: Readonly<Record<string, string>> = {
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  focal: '20.04',
  jammy: '22.04',
  noble: '24.04',
};

/** What is known without asking anybody; null where nothing is. */
export function ownLifecycle(
  product: string,
  release: string,
  now: Date,
): Lifecycle | null {
  if (product === 'rust') return rustLifecycle(release, now);
  const releases = Object.hasOwn(lastDays, product) ? lastDays[product] : undefined;
  if (!releases) return null;
  const number = Object.hasOwn(codenames, release) ? codenames[release] : release;
  const [major = '', minor = ''] = (number ?? '').split('.');
  for (const name of [`${major}.${minor}`, major]) {
    const lastDay = Object.hasOwn(releases, name) ? releases[name] : undefined;
    if (lastDay) return until(lastDay, product, name, now);
  }
  return null;
}

/** The newest release that is supported; null where the product is not in the table. */
export function ownSupportedRelease(product: string, now: Date): string | null {
  if (product === 'rust') return newestRust(now);
  const releases = Object.hasOwn(lastDays, product) ? lastDays[product] : undefined;
  const supported = Object.entries(releases ?? {}).filter(([, day]) => !isOver(day, now));
  return supported.at(-1)?.[0] ?? null;
}

function until(lastDay: string, product: string, release: string, now: Date): Lifecycle {
  const isEndOfLife = isOver(lastDay, now);
  return { product, release, isEndOfLife, endOfLifeOn: lastDay, latest: null, from };
}

function isOver(lastDay: string, now: Date): boolean {
  return now.getTime() >= Date.parse(lastDay) + dayMs;
}

/** Rust 1.5 came out on this day, and a release every six weeks since. */
const rust15Ms = Date.parse('2015-12-10');
const rustCycleMs = 42 * dayMs;

/** Of Rust only the newest release is supported: one ends when the next one comes. */
function rustLifecycle(release: string, now: Date): Lifecycle | null {
  const minor = Number(/^1\.(\d{1,4})(?:\.|$)/.exec(release)?.[1]);
  if (Number.isNaN(minor)) return null;
  const next = new Date(rust15Ms + (minor + 1 - 5) * rustCycleMs);
  return {
    product: 'rust',
    release: `1.${minor}`,
    isEndOfLife: now >= next,
    endOfLifeOn: next.toISOString().slice(0, 10),
    latest: null,
    from,
  };
}

function newestRust(now: Date): string {
  return `1.${Math.floor((now.getTime() - rust15Ms) / rustCycleMs) + 5}`;
}
