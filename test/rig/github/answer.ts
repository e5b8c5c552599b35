/** What GitHub answers. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by what carries out a request: GitHub refuses it, with a status and a message. */
export class Refused extends Error {
  readonly answer: Answer;

  constructor(
    status: number,
    message: string,
    more: { errors?: unknown[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.answer = {
      status,
      headers: more.headers ?? {},
      body: {
        message,
        ...(more.errors ? { errors: more.errors } : {}),
        documentation_url: 'https://docs.github.com/rest',
        status: String(status),
      },
    };
  }
}

/** A value of a request that GitHub does not take. */
export function validationFailed(
  resource: string,
  field: string,
  code: string,
  message: string,
): Refused {
  const errors = [{ resource, field, code, message }];
  return new Refused(422, 'Validation Failed', { errors });
}
