export interface Page<Item> {
  readonly items: readonly Item[];
  /** The header `link`, where there are more pages. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Cuts a page out of a list, as GitHub does: 30 items if not told otherwise, at most 100. */
export function pageOf<Item>(
  all: readonly Item[],
  query: Readonly<Record<string, unknown>>,
  url: URL,
): Page<Item> {
  const perPage = Math.min(100, Number(query['per_page'] ?? 30));
  const page = Number(query['page'] ?? 1);
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const link = (number: number, relation: string) => {
    const target = new URL(url);
    target.searchParams.set('page', String(number));
    return `<${target}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, last), 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ];
  return {
    items: all.slice((page - 1) * perPage, page * perPage),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}
