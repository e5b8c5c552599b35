/** Writes whether a goal was reached. */
export function reached(isReached: boolean): string {
  return isReached ? 'reached' : 'missed';
}
