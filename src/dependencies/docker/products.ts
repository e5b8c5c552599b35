import type { ImageReference } from './image-reference.ts';
import { upstreamName } from './upstream-name.ts';

/**
 * The products of the images that many build on, by the names that endoflife.date has for
 * them: https://endoflife.date/docs/api/v1.
 */
const productOfImage = new Map([
  ['adoptopenjdk', 'eclipse-temurin'],
  ['almalinux', 'almalinux'],
  ['alpine', 'alpine-linux'],
  ['amazoncorretto', 'amazon-corretto'],
  ['amazonlinux', 'amazon-linux'],
  ['buildpack-deps', 'debian'],
  ['cassandra', 'apache-cassandra'],
  ['centos', 'centos'],
  ['consul', 'consul'],
  ['debian', 'debian'],
  ['denoland/deno', 'deno'],
  ['eclipse-temurin', 'eclipse-temurin'],
  ['elasticsearch', 'elasticsearch'],
  ['elixir', 'elixir'],
  ['erlang', 'erlang'],
  ['fedora', 'fedora'],
  ['golang', 'go'],
  ['gradle', 'gradle'],
  ['grafana/grafana', 'grafana'],
  ['grafana/grafana-oss', 'grafana'],
  ['grafana/loki', 'grafana-loki'],
  ['haproxy', 'haproxy'],
  ['hashicorp/vault', 'hashicorp-vault'],
  ['httpd', 'apache-http-server'],
  ['influxdb', 'influxdb'],
  ['keycloak/keycloak', 'keycloak'],
  ['kibana', 'kibana'],
  ['logstash', 'logstash'],
  ['mariadb', 'mariadb'],
  ['maven', 'apache-maven'],
  ['memcached', 'memcached'],
  ['mongo', 'mongodb'],
  ['mysql', 'mysql'],
  ['nginx', 'nginx'],
  ['nginxinc/nginx-unprivileged', 'nginx'],
  ['node', 'nodejs'],
  ['openjdk', 'openjdk-builds-from-oracle'],
  ['oraclelinux', 'oracle-linux'],
  ['oven/bun', 'bun'],
  ['perl', 'perl'],
  ['php', 'php'],
  ['postgis/postgis', 'postgresql'],
  ['postgres', 'postgresql'],
  ['prom/prometheus', 'prometheus'],
  ['python', 'python'],
  ['rabbitmq', 'rabbitmq'],
  ['redis', 'redis'],
  ['rockylinux', 'rocky-linux'],
  ['ruby', 'ruby'],
  ['rust', 'rust'],
  ['timescale/timescaledb', 'timescaledb'],
  ['timescale/timescaledb-ha', 'timescaledb'],
  ['tomcat', 'tomcat'],
  ['traefik', 'traefik'],
  ['ubuntu', 'ubuntu'],
  ['valkey/valkey', 'valkey'],
]);

/** What a word within a tag speaks of: `alpine3.20`, `pg15`, `rust-1.95.0`, `python3.12`. */
const productOfWord = new Map([
  ['almalinux', 'almalinux'],
  ['alpine', 'alpine-linux'],
  ['amazoncorretto', 'amazon-corretto'],
  ['corretto', 'amazon-corretto'],
  ['debian', 'debian'],
  ['fedora', 'fedora'],
  ['go', 'go'],
  ['golang', 'go'],
  ['nginx', 'nginx'],
  ['node', 'nodejs'],
  ['nodejs', 'nodejs'],
  ['pg', 'postgresql'],
  ['php', 'php'],
  ['postgres', 'postgresql'],
  ['postgresql', 'postgresql'],
  ['python', 'python'],
  ['ruby', 'ruby'],
  ['rust', 'rust'],
  ['temurin', 'eclipse-temurin'],
  ['ts', 'timescaledb'],
  ['ubuntu', 'ubuntu'],
]);

const codenames = new Map(
  Object.entries({
    debian: {
      jessie: '8',
      stretch: '9',
      buster: '10',
      bullseye: '11',
      bookworm: '12',
      trixie: '13',
      forky: '14',
      duke: '15',
    },
    ubuntu: {
      trusty: '14.04',
      xenial: '16.04',
      bionic: '18.04',
      focal: '20.04',
      jammy: '22.04',
      mantic: '23.10',
      noble: '24.04',
      oracular: '24.10',
      plucky: '25.04',
      questing: '25.10',
      resolute: '26.04',
    },
    nodejs: { gallium: '16', hydrogen: '18', iron: '20', jod: '22', krypton: '24' },
  }).flatMap(([product, names]) =>
    Object.entries(names).map(([name, release]) => [name, { product, release }] as const),
  ),
);

/** Operating systems that other products stand on. */
const distributions: ReadonlySet<string> = new Set([
  'almalinux',
  'alpine-linux',
  'amazon-linux',
  'centos',
  'debian',
  'fedora',
  'oracle-linux',
  'rocky-linux',
  'ubuntu',
]);

/** A release of these is one number; of all others, two. */
const ofOneNumber: ReadonlySet<string> = new Set([
  'almalinux',
  'amazon-corretto',
  'amazon-linux',
  'centos',
  'debian',
  'eclipse-temurin',
  'erlang',
  'fedora',
  'gradle',
  'nodejs',
  'openjdk-builds-from-oracle',
  'oracle-linux',
  'rocky-linux',
]);

/** The product of an image, wherever it is pulled from; null where it is not known. */
export function productOf(image: ImageReference): string | null {
  return productOfImage.get(upstreamName(image)) ?? null;
}

/** The product that a word of a tag names; null where it names none. */
export function productOfTagWord(word: string): string | null {
  return productOfWord.get(word) ?? null;
}

/** What a codename stands for: bookworm for Debian 12; null where it is none. */
export function releaseOfCodename(
  word: string,
): { readonly product: string; readonly release: string } | null {
  return codenames.get(word) ?? null;
}

/** Whether a product is what others run on, rather than what runs. */
export function isDistribution(product: string): boolean {
  return distributions.has(product);
}

/**
 * The release that a version belongs to, as endoflife.date counts them: `1.93` of Rust
 * 1.93.1, `15` of PostgreSQL 15.13. Null where the version may move from one to the next.
 */
export function releaseOf(product: string, version: string): string | null {
  const numbers = /^v?(\d+(?:\.\d+)*)/.exec(version)?.[1]?.split('.') ?? [];
  const needed = ofOneNumber.has(product) || isOfOneNumber(product, numbers) ? 1 : 2;
  return numbers.length < needed ? null : numbers.slice(0, needed).join('.');
}

function isOfOneNumber(product: string, [major = '']: readonly string[]): boolean {
  return product === 'postgresql' && Number(major) >= 10;
}
