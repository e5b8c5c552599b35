import { describe, expect, test } from 'vitest';
import { type Scene, type SceneOptions, setScene } from './scene.ts';

const allowed = { '.github/dependency-policy.yml': 'allow: [docker]\n' };
const digest = `sha256:${'a'.repeat(64)}`;

async function setImages(baseFiles: SceneOptions['baseFiles'] = allowed): Promise<Scene> {
  const scene = await setScene({ baseFiles });
  const headers = { 'docker-content-digest': digest };
  const tags = ['1.93.1-bookworm', '1.94.0-bookworm', '1.93.1-trixie', '2.0.0-bookworm'];
  for (const tag of tags) {
    scene.registry.routes[`/v2/library/rust/manifests/${tag}`] = { headers };
  }
  scene.registry.routes['/eol/api/v1/products/rust'] = { status: 404 };
  return scene;
}

async function bump(scene: Scene, tag: string, dockerfile?: string) {
  const text = dockerfile ?? `FROM rust:${tag} AS build\nRUN cargo build\n`;
  const update = { name: 'rust', from: '1.93.0-bookworm', to: tag };
  const head = scene.commit({ Dockerfile: text }, [update]);
  return scene.run(scene.open(head, {}, 'docker'));
}

describe('images', () => {
  test('are for a person', async () => {
    const scene = await setImages({});
    const result = await bump(scene, '1.93.1-bookworm');
    expect(result.outputs?.['decision']).toBe('review');
    expect(result.findings.map(({ code }) => code)).toContain('needs-review');
  });

  test('are merged where the policy of the base branch allows it', async () => {
    const scene = await setImages();
    scene.registry.routes['/eol/api/v1/products/debian'] = supported('12', '2099-01-01');
    scene.registry.routes['/eol/api/v1/products/rust'] = supported('1.93', '2099-01-01');
    const result = await bump(scene, '1.93.1-bookworm');
    expect(result.findings).toEqual([]);
    expect(result.outputs?.['decision']).toBe('merge');
  });

  const from = (line: string, run = 'cargo build') =>
    `FROM ${line} AS build\nRUN ${run}\n`;
  const patch = '1.93.1-bookworm';

  test.each([
    ['a release without fixes', patch, from(`rust:${patch}`), 'end-of-life'],
    ['another distribution', '1.93.1-trixie', undefined, 'incompatible-update'],
    ['another major', '2.0.0-bookworm', undefined, 'incompatible-update'],
    ['a tag that is not there', '1.93.9-bookworm', undefined, 'unexpected-change'],
    ['another image', patch, from(`evil:${patch}`), 'new-source'],
    ['another command', patch, from(`rust:${patch}`, 'curl evil'), 'unexpected-change'],
    [
      'a digest that is of another tag',
      patch,
      from(`rust:${patch}@sha256:${'b'.repeat(64)}`),
      'unexpected-change',
    ],
  ])('are for a person all the same: %s', async (_, tag, dockerfile, code) => {
    const scene = await setImages();
    scene.registry.routes['/eol/api/v1/products/debian'] = supported('12', '2020-01-01');
    const result = await bump(scene, tag, dockerfile);
    expect(result.outputs?.['decision']).toBe('review');
    expect(result.findings.map((finding) => finding.code)).toContain(code);
    expect(scene.github.violations).toEqual([]);
  });
});

/** What endoflife.date answers of a product. */
function supported(release: string, until: string) {
  const isEol = Date.parse(until) < Date.now();
  const one = {
    name: release,
    codename: null,
    isEol,
    eolFrom: until,
    isMaintained: !isEol,
  };
  return { body: { schema_version: '1.2.0', result: { releases: [one] } } };
}
