import { flag, yaml } from '../core/input-kinds.ts';

/** Inputs of every task that asks registries. */
export const registryInputs = {
  registries: yaml(
    {
      description:
        'Where to ask instead of the public sources, as a YAML map of base URLs: a mirror of the company, say. An image registry is named by its host.',
      allowed:
        'a YAML map such as `{npm: https://npm.example.com, docker.io: https://mirror.example.com}`; the public ones are `crates.io`, `npm`, `docker.io`, `ghcr.io`, `osv`, `osv-feed`, `endoflife`, `github`, `github-api`',
    },
    async () => (await import('./registry-map.ts')).registryMap,
  ),
  offline: flag({
    description:
      'Ask nobody. What only a registry knows is then in the report as not measured, and `advisories` must be a directory or a zip.',
    default: 'false',
  }),
};
