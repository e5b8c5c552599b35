import type { Node } from 'yaml';
import { parseImage } from '../docker/image-reference.ts';
import type { ImageRole, ImageUse, UnresolvedReference } from '../docker/image-use.ts';
import { type YamlText, YamlTree } from '../docker/yaml-tree.ts';
import { type ActionUse, type FoundActions, readUses } from './action-use.ts';
import type { ActionsLock } from './actions-lock.ts';

/** Steps can hold steps that run side by side. */
const deepestSteps = 8;
const commitSha = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/**
 * Finds the actions, reusable workflows and images of a workflow or of an `action.yml`.
 * What is of the repository itself (`./`, `$/`) is none. Throws `UnreadableFile`.
 */
export function usesInWorkflow(
  text: string,
  path: string,
  lock: ActionsLock | null,
): FoundActions {
  const file = new WorkflowFile(YamlTree.parse(text, path), path, lock);
  file.read();
  return file;
}

class WorkflowFile implements FoundActions {
  readonly actions: ActionUse[] = [];
  readonly images: ImageUse[] = [];
  readonly problems: UnresolvedReference[] = [];
  readonly #tree: YamlTree;
  readonly #path: string;
  readonly #lock: ActionsLock | null;

  constructor(tree: YamlTree, path: string, lock: ActionsLock | null) {
    this.#tree = tree;
    this.#path = path;
    this.#lock = lock;
  }

  read(): void {
    const tree = this.#tree;
    for (const [name, job] of tree.entries(tree.get(tree.root, 'jobs'))) {
      this.#readUses(tree.get(job, 'uses'), 'workflow');
      this.#readContainer(tree.get(job, 'container'), name);
      for (const [, service] of tree.entries(tree.get(job, 'services'))) {
        this.#readContainer(service, name);
      }
      this.#readSteps(tree.get(job, 'steps'), 0);
    }
    const runs = tree.get(tree.root, 'runs');
    this.#readSteps(tree.get(runs, 'steps'), 0);
    const image = tree.text(tree.get(runs, 'image'));
    if (image && /^docker:\/\//i.test(image.text)) this.#readStepImage(image);
  }

  #readSteps(steps: Node | null, depth: number): void {
    if (depth > deepestSteps) return;
    for (const step of this.#tree.items(steps)) {
      this.#readUses(this.#tree.get(step, 'uses'), 'action');
      this.#readSteps(this.#tree.get(step, 'parallel'), depth + 1);
    }
  }

  #readUses(node: Node | null, kind: ActionUse['kind']): void {
    const written = this.#tree.text(node);
    if (written === null) return;
    const { line, comment } = written;
    const text = written.text.trim();
    const uses = readUses(text);
    if (uses.kind === 'image') this.#readStepImage(written);
    if (uses.kind === 'unknown') this.problems.push({ line, text, why: uses.why });
    if (uses.kind !== 'action') return;
    const { owner, repository, subpath, ref } = uses;
    const locked = this.#lock?.find(this.#path, owner, repository, ref) ?? null;
    const isSha = commitSha.test(ref);
    this.actions.push({
      ...{ path: this.#path, line, text, owner, repository, subpath, ref, comment, kind },
      pin: isSha ? 'sha' : locked ? 'locked' : 'tag-or-branch',
      commit: isSha ? ref.toLowerCase() : (locked?.commit ?? null),
    });
  }

  #readStepImage(written: YamlText): void {
    this.#addImage(written, written.text.trim().replace(/^docker:\/\//i, ''), 'step');
  }

  /** The image alone, or a mapping with it. An empty one is no container. */
  #readContainer(node: Node | null, job: string): void {
    const written =
      this.#tree.text(node) ?? this.#tree.text(this.#tree.get(node, 'image'));
    if (written) this.#addImage(written, written.text.trim(), 'job', job);
  }

  #addImage(written: YamlText, text: string, role: ImageRole, service?: string): void {
    const { line } = written;
    const name = text.replace(/^docker:\/\//i, '');
    const image = name.includes('${{') ? null : parseImage(name);
    if (image === null) {
      const why = name.includes('${{')
        ? 'depends on an expression'
        : 'is no name of an image';
      this.problems.push({ line, text, why });
      return;
    }
    const place = service === undefined ? {} : { service };
    this.images.push({ image, path: this.#path, line, text, role, ...place });
  }
}
