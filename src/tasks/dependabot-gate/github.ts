// The pull request is the target of this task, and GitHub the system that it lies in: what the
// suite knows of that system is taken from here alone.
// biome-ignore-start lint/style/noRestrictedImports: see above
export { escapeMarkdown } from '../../github/escape.ts';
export { type Client, connectGitHub } from '../../github/log/client.ts';
export { createOnce } from '../../github/log/create-once.ts';
export {
  isRequestError,
  messageOf as messageOfRequest,
} from '../../github/log/request-error.ts';
export { type Markdown, table } from '../../github/markdown.ts';
// biome-ignore-end lint/style/noRestrictedImports: see above
