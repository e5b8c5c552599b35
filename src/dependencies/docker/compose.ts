import type { Node } from 'yaml';
import { imagesInDockerfile } from './dockerfile.ts';
import { parseImage } from './image-reference.ts';
import type { FoundImages, ImageUse, UnresolvedReference } from './image-use.ts';
import { expandVariables } from './variables.ts';
import { type YamlText, YamlTree } from './yaml-tree.ts';

const dockerImage = /^docker-image:\/\//;

/**
 * Finds the images that the services of a compose file run, and that the Dockerfiles within
 * it build from. Beside a `build`, `image` names what is built. Throws `UnreadableFile`.
 */
export function imagesInCompose(text: string, path: string): FoundImages {
  const tree = YamlTree.parse(text, path);
  const uses: ImageUse[] = [];
  const unresolved: UnresolvedReference[] = [];

  const add = (written: YamlText, name: string, service: string) => {
    const { line } = written;
    const expansion = expandVariables(name, { lookUp: () => null, escape: '$' });
    if ('why' in expansion) {
      unresolved.push({ line, text: name, why: expansion.why });
      return;
    }
    const image = parseImage(expansion.text);
    if (image) uses.push({ image, path, line, text: name, role: 'compose', service });
    else unresolved.push({ line, text: name, why: 'is no name of an image' });
  };

  const addBuild = (build: Node, service: string) => {
    const inline = tree.text(tree.get(build, 'dockerfile_inline'));
    if (inline) {
      const found = imagesInDockerfile(inline.text, path);
      // A block begins on the line behind its key; a quoted text on that of its key.
      const moved = <Place extends { line: number }>(place: Place) => ({
        ...place,
        line: inline.isBlock ? inline.line + place.line : inline.line,
      });
      uses.push(...found.uses.map(moved).map((use) => ({ ...use, service })));
      unresolved.push(...found.unresolved.map(moved));
    }
    for (const [, context] of tree.entries(tree.get(build, 'additional_contexts'))) {
      const written = tree.text(context);
      if (written && dockerImage.test(written.text)) {
        add(written, written.text.replace(dockerImage, ''), service);
      }
    }
  };

  for (const [service, definition] of tree.entries(tree.get(tree.root, 'services'))) {
    const build = tree.get(definition, 'build');
    if (build !== null && tree.has(build)) addBuild(build, service);
    else {
      const image = tree.text(tree.get(definition, 'image'));
      if (image) add(image, image.text.trim(), service);
    }
  }
  return { uses, unresolved };
}
