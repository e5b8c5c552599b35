const maxListed = 20;

/** Names one after another; of too many, the first, and how many there are beside. */
export function listed(names: readonly string[]): string {
  const more = names.length > maxListed ? `, and ${names.length - maxListed} more` : '';
  return `${names.slice(0, maxListed).join(', ')}${more}`;
}
