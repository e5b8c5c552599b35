import type { Relation } from './relations.ts';

/** Which tables lie below which: partitions, and inheritance children such as chunks. */
export class Family {
  readonly #children = new Map<number, Relation[]>();

  constructor(relations: readonly Relation[]) {
    for (const relation of relations) {
      for (const parent of relation.parents) {
        const siblings = this.#children.get(parent);
        if (siblings) siblings.push(relation);
        else this.#children.set(parent, [relation]);
      }
    }
  }

  /** Everything below a table, on all levels. */
  descendantsOf(relation: Relation): Relation[] {
    const found = new Set<Relation>();
    const visit = (oid: number) => {
      for (const child of this.#children.get(oid) ?? []) {
        if (found.has(child)) continue;
        found.add(child);
        visit(child.oid);
      }
    };
    visit(relation.oid);
    return [...found];
  }
}
