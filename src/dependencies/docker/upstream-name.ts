import type { ImageReference } from './image-reference.ts';

/** Registries that serve the images of Docker Hub under the same names. */
const mirrorsOfDockerHub: ReadonlySet<string> = new Set(['mirror.gcr.io']);

/** Where else a product is published by those who make it, and its name on Docker Hub. */
const otherHomes = new Map([
  ['docker.elastic.co/elasticsearch/elasticsearch', 'elasticsearch'],
  ['docker.elastic.co/elasticsearch/elasticsearch-oss', 'elasticsearch'],
  ['docker.elastic.co/kibana/kibana', 'kibana'],
  ['docker.elastic.co/kibana/kibana-oss', 'kibana'],
  ['docker.elastic.co/logstash/logstash', 'logstash'],
  ['docker.elastic.co/logstash/logstash-oss', 'logstash'],
  ['ghcr.io/cloudnative-pg/postgresql', 'postgres'],
  ['public.ecr.aws/amazoncorretto/amazoncorretto', 'amazoncorretto'],
  ['public.ecr.aws/amazonlinux/amazonlinux', 'amazonlinux'],
  ['public.ecr.aws/debian/debian', 'debian'],
  ['public.ecr.aws/ubuntu/ubuntu', 'ubuntu'],
  ['quay.io/keycloak/keycloak', 'keycloak/keycloak'],
  ['quay.io/prometheus/prometheus', 'prom/prometheus'],
]);

/** `docker/library/node` of Amazon's registry, and the proxies of GitLab and Harbor. */
const official = /(?:^|\/)library\/([^/]+)$/;
const proxied = /\/dependency_proxy\/containers\/(.+)$/;

/** The name on Docker Hub of what an image is a copy of; its own where that is not known. */
export function upstreamName({ registry, repository, name }: ImageReference): string {
  const path = proxied.exec(repository)?.[1] ?? repository;
  const ofDocker = official.exec(path)?.[1];
  if (ofDocker !== undefined) return ofDocker;
  if (path !== repository || mirrorsOfDockerHub.has(registry)) return path;
  return otherHomes.get(name) ?? name;
}
