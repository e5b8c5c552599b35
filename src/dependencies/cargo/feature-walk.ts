import type { Crate, Slot } from './crate.ts';

/**
 * Turns on features until nothing new comes of it, for all platforms and all kinds of
 * dependencies at once. Each package and each of its features is looked at once.
 *
 * Source: cargo's `core/resolver/features.rs`.
 */
export class FeatureWalk {
  /** The ids of crates that are compiled and of which nothing is known. */
  readonly guessed = new Set<string>();
  readonly #crates: ReadonlyMap<string, Crate>;
  readonly #queue: { readonly crate: Crate; readonly feature: string }[] = [];
  readonly #uncompiled: Crate[] = [];

  constructor(crates: ReadonlyMap<string, Crate>) {
    this.#crates = crates;
  }

  /** Compiles a crate, and whatever comes of it. */
  start(crate: Crate): void {
    this.#compile(crate);
    for (;;) {
      const next = this.#uncompiled.pop();
      if (next) {
        this.#open(next);
        continue;
      }
      const turned = this.#queue.pop();
      if (!turned) return;
      this.#turnOn(turned.crate, turned.feature);
    }
  }

  #compile(crate: Crate): void {
    if (crate.isCompiled) return;
    crate.isCompiled = true;
    this.#uncompiled.push(crate);
  }

  #open(crate: Crate): void {
    const { declared, locked, slots, undeclared } = crate;
    if (!declared) this.guessed.add(locked.id);
    if (declared?.isMember) this.#wholly(crate);
    for (const slot of slots) {
      if (!slot.dependency.optional) this.#use(crate, slot);
    }
    // What it asks of these cannot be told: in doubt all of it is compiled.
    for (const id of undeclared) this.#wholly(this.#crates.get(id));
  }

  #wholly(crate: Crate | undefined): void {
    if (!crate || crate.isWhole) return;
    crate.isWhole = true;
    this.#compile(crate);
    for (const slot of crate.slots) this.#use(crate, slot);
    for (const feature of crate.declared?.features.keys() ?? []) {
      this.#queue.push({ crate, feature });
    }
  }

  #turnOn(crate: Crate, feature: string): void {
    if (crate.features.has(feature)) return;
    crate.features.add(feature);
    const slash = feature.indexOf('/');
    if (feature.startsWith('dep:')) {
      this.#useAll(crate, feature.slice('dep:'.length));
    } else if (slash >= 0) {
      this.#ask(crate, feature.slice(0, slash), feature.slice(slash + 1));
    } else {
      const implied = crate.declared?.features.get(feature);
      // An optional dependency is a feature, where none has its name.
      if (implied === undefined) this.#useAll(crate, feature);
      for (const one of implied ?? []) this.#queue.push({ crate, feature: one });
    }
  }

  /** `x/y` turns on x as well; `x?/y` waits until something else does. */
  #ask(crate: Crate, dependency: string, feature: string): void {
    const isWeak = dependency.endsWith('?');
    const alias = isWeak ? dependency.slice(0, -1) : dependency;
    const asked = crate.asked.get(alias) ?? new Set();
    crate.asked.set(alias, asked.add(feature));
    if (!isWeak) {
      this.#useAll(crate, alias);
      // A feature of the same name may turn on more.
      this.#queue.push({ crate, feature: alias });
    }
    const on = crate.slotsByAlias.get(alias)?.filter(({ isOn }) => isOn) ?? [];
    for (const id of new Set(on.flatMap(({ targets }) => targets))) {
      this.#askOf(id, feature);
    }
  }

  #useAll(crate: Crate, alias: string): void {
    for (const slot of crate.slotsByAlias.get(alias) ?? []) this.#use(crate, slot);
  }

  #use(crate: Crate, slot: Slot): void {
    if (slot.isOn) return;
    slot.isOn = true;
    const { alias, features, defaultFeatures } = slot.dependency;
    const wanted = [...features, ...(crate.asked.get(alias) ?? [])];
    if (defaultFeatures) wanted.push('default');
    for (const id of slot.targets) {
      const target = this.#crates.get(id);
      if (target) this.#compile(target);
      for (const feature of wanted) this.#askOf(id, feature);
    }
  }

  #askOf(id: string, feature: string): void {
    const crate = this.#crates.get(id);
    if (crate && !crate.features.has(feature)) this.#queue.push({ crate, feature });
  }
}
