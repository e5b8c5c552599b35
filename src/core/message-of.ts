/** What is to be told of something that was thrown: JavaScript lets anything be. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
