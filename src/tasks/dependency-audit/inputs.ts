import { ageMs, choice, text, yaml } from '../../core/input-kinds.ts';
import type { TaskInputs } from '../../core/task.ts';
import { ecosystems } from '../../dependencies/model.ts';
import { registryInputs } from '../../registries/inputs.ts';

/** The inputs of `dependency-audit`, beside those that every action has. */
export const auditInputs = {
  path: text({
    description: 'The repository, or the part of it, that is looked at.',
    allowed: 'the path of a directory',
    default: '.',
  }),
  ecosystems: yaml(
    {
      description: 'What is looked at. Without it, everything that is found.',
      allowed: `a YAML list of ${ecosystems.map((one) => `\`${one}\``).join(', ')}`,
    },
    async () => (await import('./ecosystem-list.ts')).ecosystemList,
  ),
  advisories: text({
    description:
      'Where the advisories come from: osv.dev, or records in its form in a directory, a zip, or a zip behind a URL.',
    allowed: '`osv`, the path of a directory or a zip, or an https URL',
    default: 'osv',
  }),
  policy: text({
    description:
      'The file with exceptions, each with a reason and the day on which it expires.',
    allowed: 'a path below `path`',
    default: '.github/dependency-policy.yml',
  }),
  cooldown: ageMs({
    description:
      'How old a version must be before it is proposed, unless it is the only one that clears an advisory.',
    default: '7 days',
  }),
  mode: choice(['full', 'delta'], {
    description:
      '`full` looks at everything. `delta` reads only the advisories that changed since the last run, and is quick enough for each hour.',
    default: 'full',
  }),
  'cache-directory': text({
    description:
      'Where answers of the registries are kept for the next run, which then only asks whether they still hold.',
    allowed: 'the path of a directory; without it, nothing is kept',
  }),
  ...registryInputs,
};

export type AuditSpec = typeof auditInputs;
export type AuditInputs = TaskInputs<AuditSpec>;
