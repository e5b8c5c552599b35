const benchmarks: Record<string, () => Promise<{ bench: () => Promise<void> }>> = {
  bundle: () => import('./bundle.ts'),
  'vacuum-lifecycle': () => import('./vacuum-lifecycle.ts'),
  vacuum: () => import('./vacuum.ts'),
  reindex: () => import('./reindex.ts'),
  retention: () => import('./retention.ts'),
  backup: () => import('./backup.ts'),
  dependencies: () => import('./dependencies.ts'),
  scale: () => import('./scale.ts'),
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benchmarks);
for (const name of names) {
  try {
    await run(name);
  } catch (error) {
    console.error(`${name} failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

async function run(name: string): Promise<void> {
  const load = benchmarks[name];
  if (!load) throw new Error(`There is only ${Object.keys(benchmarks).join(', ')}.`);
  const { bench } = await load();
  await bench();
}
