/** SQLSTATEs by name (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
export const sqlstate = {
  protocolViolation: '08P01',
  invalidAuthorization: '28000',
  invalidPassword: '28P01',
  invalidCatalogName: '3D000',
  insufficientPrivilege: '42501',
  undefinedTable: '42P01',
  invalidParameterValue: '22023',
  undefinedObject: '42704',
  /** A view, a constraint or the like needs what was to be dropped. */
  dependentObjects: '2BP01',
  tooManyConnections: '53300',
  lockNotAvailable: '55P03',
  /** Cancelled: by `statement_timeout`, by us, or by somebody else. */
  queryCanceled: '57014',
  adminShutdown: '57P01',
  crashShutdown: '57P02',
  cannotConnectNow: '57P03',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  dataCorrupted: 'XX001',
  indexCorrupted: 'XX002',
} as const;

/**
 * The SQLSTATE of an error that the server sent, else `undefined`. No SQLSTATE begins with
 * an E, as the codes of Node's own errors do.
 */
export function sqlstateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code)
    ? code
    : undefined;
}
