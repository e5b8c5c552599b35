import { maxBodyCharacters, shorten } from './fit.ts';
import type { Issue, Label } from './issue.ts';
import type { Issues } from './issues.ts';
import { hide, type Marker, revealFirst } from './marker.ts';

/** What an issue is about. */
export interface Place {
  readonly task: string;
  readonly target: string;
}

/** A kind of issue that is known by what is hidden in its first line. */
export interface Kind<State extends Place> {
  readonly marker: Marker;
  /** The beginning of its titles. */
  readonly title: string;
  readonly label: Label;
  /** Reads the hidden state; `null` where it is none. */
  parse(hidden: unknown): State | null;
}

export interface Marked<State> {
  readonly issue: Issue;
  readonly state: State;
}

/**
 * Finds the token's own issues of a kind for a task and target, lowest number first: by
 * label and hidden marker, never by title, which anybody can write.
 */
export async function findMarked<State extends Place>(
  issues: Issues,
  kind: Kind<State>,
  place: Place,
  filter: { state: 'open' | 'all'; label?: string; maxPages: number },
): Promise<Marked<State>[]> {
  const found = await issues.list(filter);
  return found
    .flatMap((issue) => {
      const state = kind.parse(revealFirst(kind.marker, issue.body));
      return state ? [{ issue, state }] : [];
    })
    .filter(({ state }) => state.task === place.task && state.target === place.target)
    .sort((a, b) => a.issue.number - b.issue.number);
}

/** Opens an issue of a kind; `find` looks for it where it is in doubt whether it is there. */
export async function openMarked<State extends Place>(
  issues: Issues,
  kind: Kind<State>,
  state: State,
  text: string,
  find: () => Promise<Marked<State> | undefined>,
): Promise<Marked<State>> {
  const issue = await issues.create(
    {
      title: titleOf(kind.title, state),
      body: `${hide(kind.marker, state)}\n\n${text}`,
      label: kind.label,
    },
    async () => (await find())?.issue,
  );
  return { issue, state };
}

/** Adds an issue that was just opened to a list that GitHub may not have it on yet. */
export function including<State>(
  opened: Marked<State>,
  listed: readonly Marked<State>[],
): Marked<State>[] {
  const isListed = listed.some(({ issue }) => issue.number === opened.issue.number);
  const all = isListed ? listed : [...listed, opened];
  return all.toSorted((a, b) => a.issue.number - b.issue.number);
}

/** Closes an issue in favour of another one, and says so in its first visible line. */
export async function closeInFavour(
  issues: Issues,
  { number, body }: Issue,
  pointer: { text: string; reason: 'completed' | 'duplicate' },
): Promise<void> {
  const end = body.search(/[\r\n]|$/);
  const text = `${body.slice(0, end)}\n\n**${pointer.text}**\n\n${body.slice(end).trim()}`;
  await issues.update(number, {
    body: shorten(text, maxBodyCharacters),
    state: 'closed',
    state_reason: pointer.reason,
  });
}

/** GitHub takes 256 characters in a title. */
function titleOf(kind: string, { task, target }: Place): string {
  const name = target.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return `${kind}: ${task} (${shorten(name, 150)})`;
}
