import { type S3, startS3 } from './s3.ts';
import { useTool } from './tool-suite.ts';

/** Starts a store for the tests of a file; `setUp` gets it, and may add to the resources. */
export function useS3(
  setUp: (s3: S3, resources: AsyncDisposableStack) => Promise<unknown>,
): void {
  useTool(async (resources) => setUp(resources.use(await startS3()), resources));
}
