/** An exact fraction; the denominator is positive. Not reduced. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Written with a percent sign: 50% is 1/2, but who asks for a percentage may mean 50. */
  readonly percent?: boolean;
}

/** Longer texts are no number anybody meant. */
const longest = 400;
const largestExponent = 1000;

/**
 * Reads one number, exactly: integers (leading zeros allowed), decimals, powers of ten (1.5e3, 1.5 \times 10^{3}),
 * fractions (3/4, \frac{3}{4}), mixed numbers (1 \frac{1}{2}), percentages (50% is 1/2), thousands separators (comma,
 * space, LaTeX thin space), with currency, unit or a "x =" before it. Anything else, and any text that holds more than
 * one number, is undefined: `3, 4`, `2 + 3`, `x + 1`.
 */
export function readNumber(text: string): Rational | undefined {
  if (text.length > longest) return undefined;
  const plain = stripUnit(stripName(stripMarkup(text)));
  return readPercent(plain) ?? readPlain(plain);
}

/** True when the two are the same number. */
export function equalNumbers(left: Rational, right: Rational): boolean {
  return left.numerator * right.denominator === right.numerator * left.denominator;
}

/** The exact difference. */
export function subtract(left: Rational, right: Rational): Rational {
  return {
    numerator: left.numerator * right.denominator - right.numerator * left.denominator,
    denominator: left.denominator * right.denominator,
  };
}

/** A number as a float; accurate to 53 bits, infinite where a float cannot hold it. */
export function toFloat({ numerator, denominator }: Rational): number {
  const direct = Number(numerator) / Number(denominator);
  if (Number.isFinite(direct)) return direct;
  return Number((numerator * 10n ** 20n) / denominator) / 1e20;
}

const minus = /[\u2212\u2013\u2014\uFE63\uFF0D]/g;

function stripMarkup(text: string): string {
  return (
    text
      .normalize('NFKC')
      .replace(minus, '-')
      .replace(/\\(?:left|right|displaystyle|textstyle|phantom)\b/g, '')
      .replace(/\\[dtc]frac/g, '\\frac')
      .replace(/\\(?:text|textbf|textit|mathrm|mathbf|mathit|mathsf|operatorname|mbox|hbox)\s*\{([^{}]*)\}/g, ' $1 ')
      // Thin spaces and a braced comma stand between thousands.
      .replace(/\\[!]/g, '')
      .replace(/\{,\}/g, ',')
      .replace(/(\d)(?:\\[,;: ]|~)(?=\d{3})/g, '$1 ')
      .replace(/\\[,;: ]|~|\\quad|\\qquad/g, ' ')
      .replace(/\\(?:\$|#)|[$€£¥₹]/g, ' ')
      .replace(/\\%/g, '%')
      .replace(/\^\s*\{?\s*\\circ\s*\}?|\\degree|°/g, ' degrees ')
      .replace(/\\[()[\]]/g, ' ')
      .replace(/[*_]{2}|`/g, ' ')
      .trim()
  );
}

/** What stands after the last equals sign: "x = 5", "2 + 3 = 5", "f(2) \approx 5". */
function stripName(text: string): string {
  const parts = text.split(/=|\\approx|≈|\\equiv/);
  return (parts.at(-1) ?? '').trim();
}

/** Words behind a number that change what it is, so that they are no unit. */
const operators =
  /\b(?:pi|sqrt|times|plus|minus|over|log|ln|sin|cos|tan|exp|and|or|to|infinity|half|halves|thirds?|quarters?|dozen|hundreds?|thousands?|millions?|billions?|trillions?|mod|choose|factorial)\b/i;
const unit =
  /^(?<number>.*[\d}%])(?:[\s-]*(?:mm|cm|dm|km|kg|mg|m[lL]|ft|lbs?|oz|hrs?|mins?|secs?|mph|kph|ms|k[wW]|am|pm|AM|PM)|[\s-]+(?<words>(?:[A-Za-z][A-Za-z.'-]+|[mgshLKCFNJWV])(?:[\s/·]+(?:[A-Za-z][A-Za-z.'-]*))*))(?:\s*\/\s*[A-Za-z]+)?(?:\s*\^\s*\{?[23]\}?)?[\s.²³23]*$/;

function stripUnit(text: string): string {
  const bare = text
    .replace(/^(?:usd|eur|gbp|rs|us|about|approximately)\.?\s+/i, '')
    .replace(/[.,;:!?\s]+$/, '')
    .replace(/^\{(.*)\}$/, '$1')
    .trim();
  const match = unit.exec(bare);
  if (match?.groups === undefined || operators.test(match.groups['words'] ?? '')) return bare;
  return (match.groups['number'] as string).trim();
}

function readPercent(text: string): Rational | undefined {
  if (!text.endsWith('%')) return undefined;
  const value = readPlain(text.slice(0, -1).trim());
  return value && { numerator: value.numerator, denominator: value.denominator * 100n, percent: true };
}

function readPlain(text: string): Rational | undefined {
  return readScientific(text) ?? readDecimal(text) ?? readFraction(text);
}

const digits = String.raw`(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)`;
const decimalPattern = new RegExp(String.raw`^([+-]?)\s*(?:(${digits})(?:\.(\d*))?|\.(\d+))$`);

function readDecimal(text: string): Rational | undefined {
  const match = decimalPattern.exec(text);
  if (match === null) return undefined;
  const whole = (match[2] ?? '').replaceAll(/[, ]/g, '');
  const fraction = match[3] ?? match[4] ?? '';
  const numerator = BigInt(`${whole}${fraction}`);
  return { numerator: match[1] === '-' ? -numerator : numerator, denominator: 10n ** BigInt(fraction.length) };
}

const scientificPattern =
  /^(.*?\d)\s*(?:[eE]|(?:\\times|\\cdot|×|\*|x)\s*10\s*\^)\s*(?:\{\s*([+-]?\d{1,6})\s*\}|\(?([+-]?\d{1,6})\)?)$/;

function readScientific(text: string): Rational | undefined {
  const match = scientificPattern.exec(text);
  const mantissa = match && readDecimal(match[1] as string);
  if (match === null || !mantissa) return undefined;
  const exponent = Number(match[2] ?? match[3]);
  if (Math.abs(exponent) > largestExponent) return undefined;
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0
    ? { numerator: mantissa.numerator, denominator: mantissa.denominator * power }
    : { numerator: mantissa.numerator * power, denominator: mantissa.denominator };
}

const fractionPattern = new RegExp(
  String.raw`^([+-]?)\s*(?:(\d+)\s*(?:\s|(?=\\frac)))?\s*(?:\\frac\s*(?:\{\s*([+-]?${digits})\s*\}|(\d))\s*(?:\{\s*(${digits})\s*\}|(\d))|(${digits})\s*/\s*(${digits}))$`,
);

function readFraction(text: string): Rational | undefined {
  const match = fractionPattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, braced, single, bracedBelow, singleBelow, above, below] = match;
  const integer = (written: string) => BigInt(written.replaceAll(/[, +]/g, ''));
  const denominator = integer((bracedBelow ?? singleBelow ?? below) as string);
  if (denominator === 0n) return undefined;
  const numerator =
    integer((braced ?? single ?? above) as string) + (whole === undefined ? 0n : integer(whole) * denominator);
  return { numerator: sign === '-' ? -numerator : numerator, denominator };
}
