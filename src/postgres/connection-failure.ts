import pg from 'pg';
import { messageOf } from '../core/message-of.ts';
import { addressOf, type ConnectionSettings } from './connection-settings.ts';
import { sqlstate, sqlstateOf } from './sqlstate.ts';

/** Explains why a database could not be reached: what was tried, what came back, what to do. */
export function explainConnectionFailure(
  error: unknown,
  settings: ConnectionSettings,
): string {
  const { user, database, sslMode } = settings;
  const { what, cure } = diagnose(error, settings);
  const tried = `Cannot connect to database ${database} at ${addressOf(settings)} as ${user} (sslmode ${sslMode})`;
  return `${tried}: ${what}. ${cure}`;
}

interface Diagnosis {
  readonly what: string;
  readonly cure: string;
}

function diagnose(error: unknown, settings: ConnectionSettings): Diagnosis {
  const message = messageOf(error);
  const code = String((error as { code?: unknown })?.code ?? '');
  const known = sqlstateOf(error)
    ? fromServer(code, message, settings)
    : (fromNetwork(code, settings) ?? fromTls(code, message) ?? fromClient(message));
  return (
    known ?? { what: message || code || 'unknown error', cure: 'See the server log.' }
  );
}

function fromServer(
  code: string,
  message: string,
  { user, database }: ConnectionSettings,
): Diagnosis {
  const cures: Record<string, string> = {
    [sqlstate.invalidPassword]:
      'Correct the password in the secret that the URL comes from.',
    [sqlstate.invalidAuthorization]: `Check that the role ${user} exists and may log in, and that pg_hba.conf lets it in from this address with this sslmode.`,
    [sqlstate.invalidCatalogName]: 'Correct the name of the database in the URL.',
    [sqlstate.insufficientPrivilege]: `Run: grant connect on database ${pg.escapeIdentifier(database)} to ${pg.escapeIdentifier(user)}.`,
    [sqlstate.tooManyConnections]: `Raise max_connections or the role's connection limit, or end idle sessions; the run needs one connection and one more per job.`,
    [sqlstate.protocolViolation]:
      'If a pooler such as PgBouncer listens there, connect to the server itself: through a pooler, locks, timeouts and cancellation would hit the wrong session.',
    [sqlstate.cannotConnectNow]:
      'The server is starting up or shutting down: try again later.',
  };
  return { what: message, cure: cures[code] ?? 'See the server log.' };
}

function fromNetwork(code: string, settings: ConnectionSettings): Diagnosis | undefined {
  const { host, port } = settings;
  const seconds = settings.connectTimeoutMs / 1000;
  const diagnoses: Record<string, Diagnosis> = {
    ENOTFOUND: {
      what: `the name ${host} does not resolve`,
      cure: 'Correct the host in the URL, or run where its name is known (a self-hosted runner in its network).',
    },
    EAI_AGAIN: {
      what: `the name ${host} cannot be looked up just now`,
      cure: 'Look at the name servers of the runner, and try again.',
    },
    ECONNREFUSED: {
      what: 'the connection was refused',
      cure: `Check that the server runs, listens on port ${port} (listen_addresses), and that no firewall rejects this address.`,
    },
    ENOENT: {
      what: 'there is no such socket',
      cure: 'Check unix_socket_directories of the server, and the port.',
    },
    ECONNRESET: {
      what: 'the connection was reset before the server answered',
      cure: 'Check that a PostgreSQL server, and not a load balancer without one, listens there.',
    },
    ETIMEDOUT: {
      what: `no answer within ${seconds} s`,
      cure: 'Check the firewall and the route to the server; connect_timeout in the URL makes the wait longer.',
    },
    EHOSTUNREACH: {
      what: 'there is no route to the host',
      cure: 'Check the network between the runner and the server.',
    },
  };
  return diagnoses[code];
}

function fromTls(code: string, message: string): Diagnosis | undefined {
  const untrusted = new Set([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_GET_ISSUER_CERT',
    'CERT_SIGNATURE_FAILURE',
  ]);
  if (untrusted.has(code)) {
    return {
      what: `the certificate of the server is not signed by an authority that is trusted (${message})`,
      cure: "Give the authority's certificate as ssl-root-cert.",
    };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return {
      what: `the certificate of the server is not valid today (${message})`,
      cure: 'Renew the certificate of the server, and check the clocks.',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      what: `the certificate of the server is for another name (${message})`,
      cure: 'Connect by a name in the certificate, or use sslmode=verify-ca to leave the name unchecked.',
    };
  }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO') {
    return { what: `the TLS handshake failed (${message})`, cure: 'See the server log.' };
  }
  return undefined;
}

function fromClient(message: string): Diagnosis | undefined {
  if (/does not support SSL/i.test(message)) {
    return {
      what: 'the server does not offer TLS',
      cure: 'Switch ssl on in the server, or set sslmode=disable if the way to it is safe.',
    };
  }
  if (/timeout expired/i.test(message)) {
    return {
      what: 'the server did not answer in time',
      cure: 'Check the firewall, the route and the load of the server; connect_timeout in the URL makes the wait longer.',
    };
  }
  if (/password must be a string|no password/i.test(message)) {
    return {
      what: 'the server asks for a password and none is given',
      cure: 'Put the password into the URL, or set PGPASSWORD.',
    };
  }
  if (
    /establishing an SSL connection|terminated unexpectedly|unrecognized|error response from server|invalid response/i.test(
      message,
    )
  ) {
    return {
      what: `the other side hung up or does not speak PostgreSQL's protocol (${message})`,
      cure: 'Check host and port: a PostgreSQL server must listen there, not a web server or a proxy.',
    };
  }
  return undefined;
}
