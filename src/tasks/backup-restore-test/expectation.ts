import { compareDecimals, type Decimal, parseDecimal } from './decimal.ts';

const operators = {
  '=': (order: number) => order === 0,
  '<>': (order: number) => order !== 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
} as const;

type Operator = keyof typeof operators;

/** What a check expects of the value that comes back. */
export type Expectation = { readonly text: string } & (
  | { readonly kind: 'null'; readonly isNot: boolean }
  | { readonly kind: 'text'; readonly value: string; readonly isNot: boolean }
  | { readonly kind: 'number'; readonly operator: Operator; readonly limit: Decimal }
  | { readonly kind: 'between'; readonly from: Decimal; readonly to: Decimal }
);

/**
 * Reads a value, or `> 0`, `>= 10`, `< 5`, `<= 5`, `<> 0` (also `!= 0`), `between 1 and 9`.
 * Throws where a comparison is begun, and what follows is no number.
 */
export function parseExpectation(given: string | null): Expectation {
  if (given === null) return { kind: 'null', isNot: false, text: 'null' };
  const text = given.trim();
  const range = /^between\s+(\S+)\s+and\s+(\S+)$/i.exec(text);
  if (range) return readRange(text, range);
  const [, sign, operand = ''] = /^(<>|!=|>=|<=|=|>|<)\s*(.*)$/s.exec(text) ?? [];
  if (sign === undefined) return equal(given, '=', text);
  const operator = (sign === '!=' ? '<>' : sign) as Operator;
  if (operator === '=' || operator === '<>') return equal(operand, operator, text);
  return { kind: 'number', operator, limit: readNumber(text, operand), text };
}

/** Whether a value, as PostgreSQL writes it, is as expected. */
export function meets(expectation: Expectation, value: string | null): boolean {
  if (expectation.kind === 'null') return (value === null) !== expectation.isNot;
  if (value === null) return false;
  if (expectation.kind === 'text') {
    return isSameText(expectation.value, value) !== expectation.isNot;
  }
  const number = parseDecimal(value);
  if (expectation.kind === 'between') {
    const { from, to } = expectation;
    return (
      number !== null &&
      compareDecimals(number, from) >= 0 &&
      compareDecimals(number, to) <= 0
    );
  }
  const { operator, limit } = expectation;
  if (number === null) return operator === '<>';
  return operators[operator](compareDecimals(number, limit));
}

function equal(operand: string, operator: '=' | '<>', text: string): Expectation {
  const isNot = operator === '<>';
  if (operand === 'null') return { kind: 'null', isNot, text };
  const limit = parseDecimal(operand);
  return limit
    ? { kind: 'number', operator, limit, text }
    : { kind: 'text', value: operand, isNot, text };
}

function readRange(text: string, [, from = '', to = '']: RegExpExecArray): Expectation {
  const range = { from: readNumber(text, from), to: readNumber(text, to) };
  if (compareDecimals(range.from, range.to) > 0) {
    throw new Error(`${JSON.stringify(text)} holds no number: ${from} is above ${to}`);
  }
  return { kind: 'between', ...range, text };
}

function readNumber(text: string, operand: string): Decimal {
  const number = parseDecimal(operand);
  if (number) return number;
  throw new Error(
    `${JSON.stringify(text)} compares with no number; let the SQL compare, and expect true`,
  );
}

/** PostgreSQL writes `t` where people write `true`. */
function isSameText(expected: string, value: string): boolean {
  const booleans: Readonly<Record<string, string>> = { true: 't', false: 'f' };
  return value === expected || value === booleans[expected];
}
