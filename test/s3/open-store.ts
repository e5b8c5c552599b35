import { ObjectStore } from '../../src/s3/object-store.ts';
import type { StoreOptions } from '../../src/s3/store-settings.ts';

/** Opens bucket `archive` with what the environment alone says, or with `options`. */
export function openStore(
  env: NodeJS.ProcessEnv,
  options: Partial<StoreOptions> = {},
): ObjectStore {
  return ObjectStore.open({
    bucket: 'archive',
    endpointUrl: null,
    region: null,
    env,
    ...options,
  });
}
