import type { OsvEcosystem } from '../../src/advisories/advisory.ts';

type Event = Readonly<Record<string, string>>;

interface Made {
  readonly ecosystem?: OsvEcosystem;
  readonly name?: string;
  readonly events?: readonly Event[];
  /** Further fields of the one affected entry. */
  readonly affected?: object;
  /** Further fields of the record. */
  readonly record?: object;
}

/** An OSV record with one affected entry, as `JSON.parse` would give it. */
export function made(id: string, options: Made = {}): Record<string, unknown> {
  const { ecosystem = 'npm', name = 'left-pad', events } = options;
  return {
    id,
    modified: '2025-01-02T00:00:00Z',
    published: '2025-01-01T00:00:00Z',
    aliases: [],
    summary: `about ${id}`,
    affected: [
      {
        package: { ecosystem, name },
        ...(events && { ranges: [{ type: 'SEMVER', events }] }),
        ...options.affected,
      },
    ],
    ...options.record,
  };
}
