import type { Run } from '../core/run.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { applicationName, Database } from './database.ts';
import { connectionSettings, type PostgresInputs } from './inputs.ts';

/** Opens the database that the inputs name, and hides its secrets beforehand. */
export async function openDatabase(
  inputs: Omit<PostgresInputs, 'jobs'>,
  run: Run,
): Promise<Database> {
  const settings = connectionSettings(inputs, process.env);
  keepSecrets(settings, run);
  return Database.open({
    settings,
    applicationName: ownApplicationName(run),
    lockTimeoutMs: inputs['lock-timeout'],
  });
}

/** The `application_name` of the connections of a run. */
export function ownApplicationName({ task, identity }: Run): string {
  return applicationName(task, identity.id, identity.attempt);
}

function keepSecrets(settings: ConnectionSettings, run: Run): void {
  const { password, user, database, host, sslKey } = settings;
  for (const line of sslKey?.split('\n') ?? []) {
    if (!line.startsWith('-----')) run.keepSecret(line);
  }
  if (password === null) return;
  if ([user, database, host].includes(password)) {
    run.log.warning(
      'The password is also the name of the user, database or host. It is not masked, for that would blank these names out of the report; change the password.',
    );
    return;
  }
  run.keepSecret(password);
  run.keepSecret(encodeURIComponent(password));
}
