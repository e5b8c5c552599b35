import type { Advisory } from '../../../advisories/advisory.ts';
import type { Evidence, Incoming } from '../evidence.ts';
import { introducedBy } from '../known.ts';
import { memberOf } from '../members.ts';
import { block, type Reason, type Rule, review } from '../reason.ts';

/** Nothing comes with an advisory that was not there before, and nothing malicious. */
export const advisories: Rule<Pick<Evidence, 'incoming' | 'knowledge'>> = {
  name: 'advisories',
  holds: 'no advisory comes with it',
  judge({ incoming, knowledge }) {
    return incoming.flatMap((one) =>
      introducedBy(one, knowledge).map((advisory) => judgeAdvisory(advisory, one)),
    );
  },
};

function judgeAdvisory(advisory: Advisory, incoming: Incoming): Reason {
  const { id, aliases, summary, class: kind, severity } = advisory;
  const about = { member: memberOf(incoming), advisory: [id, ...aliases] };
  const message = `${incoming.name} ${incoming.version} is ${kind}: ${id}, ${summary}`;
  const isGrave =
    kind === 'malicious' ||
    // Half of the vulnerabilities of crates have no severity.
    (kind === 'vulnerable' && severity !== 'medium' && severity !== 'low');
  return isGrave ? block(kind, message, about) : review(kind, message, about);
}
