import * as core from '@actions/core';

/** Shorter secrets are too common in ordinary text to be blanked out of it. */
const shortest = 3;

/**
 * The secrets of a run. The runner hides them in the log; what is written to files is
 * redacted here, for a file is not masked.
 */
export class Secrets {
  readonly #known = new Set<string>();

  keep(secret: string): void {
    if (secret.trim().length < shortest || this.#known.has(secret)) return;
    this.#known.add(secret);
    // The command that hides it names it; only the runner swallows that line.
    const { GITHUB_ACTIONS, GITHUB_OUTPUT } = process.env;
    if (GITHUB_ACTIONS === 'true' || GITHUB_OUTPUT) core.setSecret(secret);
  }

  /** Replaces every secret in a text. */
  redact(text: string): string {
    // The longest first: what is left of one that holds another would lie bare.
    const secrets = [...this.#known].sort((a, b) => b.length - a.length);
    return secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
  }
}
