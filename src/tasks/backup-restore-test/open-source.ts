import type { BackupInputs } from './inputs.ts';
import { openLocalSource } from './source/local-source.ts';
import type { BackupSource } from './source/source.ts';

/** Opens the place that the inputs name. The client of S3 is loaded only where it is needed. */
export async function openSource(inputs: BackupInputs): Promise<BackupSource> {
  const { source } = inputs;
  if (source.kind === 'local') return openLocalSource(source.path);
  const [{ ObjectStore }, { S3Source }] = await Promise.all([
    import('../../s3/object-store.ts'),
    import('./source/s3-source.ts'),
  ]);
  const store = ObjectStore.open({
    bucket: source.bucket,
    endpointUrl: inputs['endpoint-url'],
    region: inputs.region,
  });
  return new S3Source(store, source.prefix);
}
