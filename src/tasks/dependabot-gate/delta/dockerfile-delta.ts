import { imagesInCompose } from '../../../dependencies/docker/compose.ts';
import { imagesInDockerfile } from '../../../dependencies/docker/dockerfile.ts';
import type { ImageReference } from '../../../dependencies/docker/image-reference.ts';

/** An image that a Dockerfile or compose file names anew. */
export interface ImageChange {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly before: ImageReference;
  readonly after: ImageReference;
}

export interface DockerfileDelta {
  readonly images: readonly ImageChange[];
  /** Lines that differ in something else than the reference of one image. */
  readonly otherLines: readonly number[];
}

/** Whether a name is that of an image. Dependabot leaves out the host of its registry. */
export function isNameOf(name: string, image: ImageReference): boolean {
  return name === image.name || name === image.repository;
}

/** Compares two Dockerfiles or compose files. Throws `UnreadableFile`. */
export function dockerfileDelta(
  before: string,
  after: string,
  path: string,
): DockerfileDelta {
  const [old, now] = [before.split('\n'), after.split('\n')];
  // With a line more or less, none is where it was.
  if (old.length !== now.length) return { images: [], otherLines: [1] };
  const isCompose = /\.ya?ml$/.test(path);
  const read = isCompose ? imagesInCompose : imagesInDockerfile;
  const [were, are] = [read(before, path).uses, read(after, path).uses];
  const images: ImageChange[] = [];
  const otherLines: number[] = [];
  for (const [index, line] of now.entries()) {
    const was = old[index] ?? '';
    if (was === line) continue;
    const number = index + 1;
    const [then, ...more] = were.filter((use) => use.line === number);
    const [next, ...others] = are.filter((use) => use.line === number);
    const isOneImage =
      then && next && more.length === 0 && others.length === 0
        ? was.replace(then.text, () => '') === line.replace(next.text, () => '')
        : false;
    if (then && next && isOneImage) {
      images.push({ path, line: number, before: then.image, after: next.image });
    } else otherLines.push(number);
  }
  return { images, otherLines };
}
