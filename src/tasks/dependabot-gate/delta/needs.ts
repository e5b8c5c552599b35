import { satisfiesCargo } from '../../../dependencies/cargo/requirement.ts';
import type {
  LockedPackage,
  LockGraph,
  PublishedVersion,
} from '../../../dependencies/model.ts';
import { isJsonObject } from '../../../dependencies/npm/json.ts';
import { importName } from '../../../dependencies/npm/lock-entry.ts';
import { realRequirement, satisfiesNpm } from '../../../dependencies/npm/requirement.ts';

/** What a version asks for, as its registry says. */
export interface Need {
  /** The name by which it asks: that of the folder, in npm. */
  readonly alias: string;
  readonly package: string;
  readonly requirement: string;
  /** Whether it cannot be without: not optional, nor for some platforms only. */
  readonly isRequired: boolean;
}

/** What a version asks for. npm also installs peers, unless it is told not to. */
export function needsOf({ dependencies, manifest }: PublishedVersion): Need[] {
  const peers = manifest?.['peerDependencies'];
  return [
    ...dependencies
      .filter(({ scope }) => scope !== 'dev')
      .map(({ alias, package: name, requirement, optional, target }) => ({
        ...{ alias, package: name, requirement },
        isRequired: !optional && target === null,
      })),
    ...Object.entries(isJsonObject(peers) ? peers : {}).flatMap(([alias, text]) =>
      typeof text === 'string'
        ? [
            {
              ...{ alias, package: realRequirement(text).package ?? alias },
              ...{ requirement: text, isRequired: false },
            },
          ]
        : [],
    ),
  ];
}

/** Whether a package is what is asked for, in a version that is taken. */
export function isMetBy(
  { alias, package: name, requirement }: Need,
  { id, name: given, version }: Pick<LockedPackage, 'id' | 'name' | 'version'>,
  ecosystem: LockGraph['ecosystem'],
): boolean {
  if (name !== given) return false;
  if (ecosystem === 'cargo') return satisfiesCargo(version, requirement);
  const isByName = (importName(id) ?? alias) === alias;
  return isByName && satisfiesNpm(version, requirement);
}
