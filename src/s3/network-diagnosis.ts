import type { Diagnosis } from './diagnosis.ts';
import type { S3Attempt } from './s3-failure.ts';

/** What the checksum of a whole answer told. */
export function fromTransfer(message: string): Diagnosis | undefined {
  if (!/^Checksum mismatch/.test(message)) return undefined;
  return {
    code: 'corrupted',
    what: `what arrived is not what was stored (${message})`,
    cure: 'Do not trust this object: read it again, and if that fails too, look for a damaged disk of the store or a proxy that changes what it passes on.',
  };
}

/** What happened on the way to the store and back. */
export function fromNetwork(
  code: string,
  name: string,
  { endpoint }: S3Attempt,
): Diagnosis | undefined {
  const store = endpoint ?? 'Amazon S3';
  const known: Record<string, [what: string, cure: string]> = {
    ENOTFOUND: [
      'the name of the endpoint does not resolve',
      'Correct endpoint-url or the region, or run where the name is known (a self-hosted runner in its network).',
    ],
    EAI_AGAIN: [
      'the name of the endpoint cannot be looked up just now',
      'Look at the name servers of the runner, and try again.',
    ],
    ECONNREFUSED: [
      'the connection was refused',
      `Check that the store runs and listens at ${store}, and that no firewall rejects this address.`,
    ],
    ECONNRESET: [
      'the connection broke',
      'Check the network and any proxy between the runner and the store, and run again.',
    ],
    EHOSTUNREACH: [
      'there is no route to the store',
      'Check the network between the runner and the store.',
    ],
    TimeoutError: [
      'the store did not answer in time',
      'Check the firewall, the route and the load of the store.',
    ],
  };
  const same: Record<string, string> = {
    EPIPE: 'ECONNRESET',
    ETIMEDOUT: 'TimeoutError',
    RequestTimeout: 'TimeoutError',
    ENETUNREACH: 'EHOSTUNREACH',
    HPE_INVALID_CONSTANT: 'ECONNRESET',
  };
  const found = known[same[code] ?? code] ?? known[same[name] ?? name];
  return found && { code: 'unreachable', what: found[0], cure: found[1] };
}

/** What was wrong with the certificate of the store, or the handshake. */
export function fromTls(code: string, said: string): Diagnosis | undefined {
  const untrusted =
    /SELF_SIGNED|UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER|CERT_SIGNATURE_FAILURE/;
  const cures: [RegExp, string, string][] = [
    [
      untrusted,
      'is not signed by an authority that is trusted',
      "Set NODE_EXTRA_CA_CERTS to the file of the authority's certificate.",
    ],
    [
      /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
      'is not valid today',
      'Renew the certificate of the store, and check the clocks.',
    ],
    [
      /ALTNAME_INVALID/,
      'is for another name',
      'Set endpoint-url to a name in the certificate.',
    ],
  ];
  for (const [pattern, what, cure] of cures) {
    if (!pattern.test(code)) continue;
    return {
      code: 'unreachable',
      what: `the certificate of the store ${what} (${said})`,
      cure,
    };
  }
  if (!/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return undefined;
  return {
    code: 'unreachable',
    what: `the TLS handshake failed (${said})`,
    cure: 'Check whether the endpoint speaks https, else write http:// in endpoint-url.',
  };
}
