import type { Evidence } from '../evidence.ts';
import { publishedVersion } from '../known.ts';
import { memberOf } from '../members.ts';
import { block, type Rule, review } from '../reason.ts';

/** Nothing comes that its maintainers have taken back. */
export const withdrawn: Rule<Pick<Evidence, 'incoming' | 'knowledge'>> = {
  name: 'withdrawn',
  holds: 'nothing that comes is yanked or deprecated',
  judge({ incoming, knowledge }) {
    return incoming.flatMap((one) => {
      const published = publishedVersion(one, knowledge);
      const shown = `${one.name} ${one.version}`;
      const about = { member: memberOf(one) };
      if (published?.yanked) return [block('yanked', `${shown} is yanked.`, about)];
      if (!published?.deprecated) return [];
      const why = published.deprecated.slice(0, 200);
      return [review('deprecated', `${shown} is deprecated: ${why}`, about)];
    });
  },
};
