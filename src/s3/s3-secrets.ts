/** The secrets of the AWS environment, which a run must mask before its first line. */
export function s3Secrets(env: NodeJS.ProcessEnv = process.env): string[] {
  return [
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  ]
    .map((name) => env[name]?.trim() ?? '')
    .filter((secret) => secret !== '');
}
