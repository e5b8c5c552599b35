import { join } from 'node:path';

/** The checkout's own folder. */
export const root = join(import.meta.dirname, '..');
