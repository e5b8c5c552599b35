import { importName } from './lock-entry.ts';

/** Where packages lie, and which of them code finds by a name. */
export class NodeModules {
  /** By the folder that has a `node_modules`, the ids of what lies in it, by name. */
  readonly #folders = new Map<string, Map<string, string>>();

  /** Adds a package, or a link to it, that lies there; outside `node_modules` none is found. */
  add(location: string, id: string): void {
    const name = importName(location);
    if (name === null) return;
    const folder = location.slice(0, -'/node_modules/'.length - name.length);
    const beside = this.#folders.get(folder);
    if (beside) beside.set(name, id);
    else this.#folders.set(folder, new Map([[name, id]]));
  }

  /**
   * Gives a function that finds, as Node.js does from a folder, the id of a package by its
   * name: in the nearest `node_modules` on the way up that has it.
   * Source: https://nodejs.org/api/modules.html#loading-from-node_modules-folders
   */
  from(location: string): (name: string) => string | undefined {
    const onTheWayUp: Map<string, string>[] = [];
    for (let folder: string | null = location; folder !== null; folder = above(folder)) {
      const found = this.#folders.get(folder);
      if (found) onTheWayUp.push(found);
    }
    return (name) => onTheWayUp.find((found) => found.has(name))?.get(name);
  }
}

/** The folder above; null above the project's, and above a folder that is not in it. */
function above(folder: string): string | null {
  if (folder === '' || folder === '..' || folder.endsWith('/..')) return null;
  return folder.slice(0, Math.max(folder.lastIndexOf('/'), 0));
}
