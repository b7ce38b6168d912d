/**
 * The answers of the quickstart set, from the wording of its problems alone and by trying everything: slow and plain
 * on purpose, and unlike the shortcuts that the problems call for.
 */

interface Wording {
  readonly pattern: RegExp;
  readonly count: (...parameters: string[]) => number;
}

/** @throws Error for a wording that no rule of the family reads in full */
export function bruteForce(family: string, problem: string): string {
  for (const { pattern, count } of wordings[family] ?? []) {
    const match = pattern.exec(problem);
    if (match !== null && match[0] === problem) return String(count(...match.slice(1)));
  }
  throw new Error(`${family} has no rule for the wording "${problem}"`);
}

const wordings: Readonly<Record<string, readonly Wording[]>> = {
  'divisor-counting': [
    {
      pattern: /(?:How many|Count the) positive divisors of (\d+) (?:are|that are) even[?.]/,
      count: (n) => divisors(n, (d) => d % 2 === 0),
    },
    {
      pattern: /(?:How many|Count the) positive divisors of (\d+) (?:are|that are) perfect squares[?.]/,
      count: (n) => divisors(n, (d) => range(1, d).some((root) => root * root === d)),
    },
    {
      pattern: /(?:How many|Count the) positive divisors of (\d+) (?:are|that are) multiples of (\d+)[?.]/,
      count: (n, k) => divisors(n, (d) => d % Number(k) === 0),
    },
  ],
  'powers-modulo': [
    { pattern: /What is the remainder when \$(\d+)\^\{(\d+)\}\$ is divided by (\d+)\?/, count: remainderOfPower },
    {
      pattern:
        /A computer prints \$(\d+)\^\{(\d+)\}\$ in full\. What remainder does that number leave when it is divided by (\d+)\?/,
      count: remainderOfPower,
    },
    {
      pattern: /What is the units digit of \$(\d+)\^\{(\d+)\}\$\?/,
      count: (base, exponent) => Number(String(BigInt(base) ** BigInt(exponent)).at(-1)),
    },
  ],
  'separated-arrangements': [
    {
      pattern:
        /A shelf takes (\d) different blue books and (\d) different red books in one row\. In how many orders can they stand if no two red books are neighbours\?/,
      count: (blue, red) => {
        const books = `${'abcdef'.slice(0, Number(blue))}${'RSTUVW'.slice(0, Number(red))}`.split('');
        return arrangements(books).filter((row) => !/[A-Z]{2}/.test(row)).length;
      },
    },
    {
      pattern:
        /How many different arrangements of all letters of the word ([A-Z]+) have no two vowels next to each other\?/,
      count: (word) => arrangements(word.split('')).filter((row) => !/[AEIOU]{2}/.test(row)).length,
    },
    {
      pattern:
        /A bench has (\d+) seats in a row\. In how many ways can (\d) of them be marked so that no two marked seats are adjacent\?/,
      count: (seats, marked) =>
        range(0, 2 ** Number(seats) - 1)
          .map((mask) => mask.toString(2))
          .filter((row) => row.replaceAll('0', '').length === Number(marked) && !row.includes('11')).length,
    },
  ],
  'complement-probability': [
    {
      pattern:
        /A fair die with (\d) faces, numbered from 1, is rolled (\d) times\. The probability that at least one roll shows a (\d) is a\/b in lowest terms\. Find a \+ b\./,
      count: (faces, rolls, wanted) =>
        lowestTermsSum(tuples(Number(faces), Number(rolls)), (roll) => roll.includes(Number(wanted) - 1)),
    },
    {
      pattern:
        /A bag holds (\d) red and (\d) green marbles, and (\d) of them are drawn at once\. The probability that at least one is red is a\/b in lowest terms\. Find a \+ b\./,
      count: (red, green, drawn) => {
        const hands = tuples(Number(red) + Number(green), Number(drawn)).filter((hand) =>
          hand.every((marble, place) => place === 0 || marble > (hand[place - 1] ?? 0)),
        );
        return lowestTermsSum(hands, (hand) => hand.some((marble) => marble < Number(red)));
      },
    },
    {
      pattern:
        /Each of (\d) people independently picks a whole number from 1 to (\d)\. The probability that at least two of them pick the same number is a\/b in lowest terms\. Find a \+ b\./,
      count: (people, numbers) =>
        lowestTermsSum(tuples(Number(numbers), Number(people)), (picks) => new Set(picks).size < picks.length),
    },
  ],
  'lattice-polygons': [
    {
      pattern: /How many points with integer coordinates lie strictly inside the triangle with vertices (.*)\?/,
      count: interiorPoints,
    },
    {
      pattern:
        /The (?:quadrilateral|pentagon) with vertices (.*), in this order, is drawn on squared paper\. How many grid points lie strictly inside it\?/,
      count: interiorPoints,
    },
  ],
  'periodic-recurrences': [
    {
      pattern:
        /A sequence starts with (\d+), (\d+)\. Each later term is the remainder when the sum of the two terms before it is divided by (\d+)\. What is term number (\d+)\?/,
      count: (first, second, modulus, place) =>
        term([Number(first), Number(second)], Number(place), (a, b) => (a + b) % Number(modulus)),
    },
    {
      pattern:
        /A sequence starts with (\d+)\. Each later term is the remainder when (\d+) times the term before it, plus (\d+), is divided by (\d+)\. What is term number (\d+)\?/,
      count: (first, factor, summand, modulus, place) =>
        term([Number(first)], Number(place), (_, b) => (Number(factor) * b + Number(summand)) % Number(modulus)),
    },
    {
      pattern:
        /A sequence starts with (\d+), (\d+)\. Each later term is the absolute difference of the two terms before it\. What is term number (\d+)\?/,
      count: (first, second, place) => term([Number(first), Number(second)], Number(place), (a, b) => Math.abs(a - b)),
    },
  ],
  'overlapping-multiples': [
    {
      pattern: /How many integers from 1 to (\d+) are divisible by (\d+) or by (\d+)\?/,
      count: (last, a, b) => range(1, Number(last)).filter((n) => n % Number(a) === 0 || n % Number(b) === 0).length,
    },
    {
      pattern: /How many integers from 1 to (\d+) are divisible by (\d+), by (\d+) or by (\d+)\?/,
      count: (last, ...given) =>
        range(1, Number(last)).filter((n) => given.some((divisor) => n % Number(divisor) === 0)).length,
    },
    {
      pattern: /How many integers from 1 to (\d+) are divisible by neither (\d+) nor (\d+)\?/,
      count: (last, a, b) => range(1, Number(last)).filter((n) => n % Number(a) !== 0 && n % Number(b) !== 0).length,
    },
  ],
  'digit-casework': [
    {
      pattern: /How many (\d)-digit positive integers have digits that add up to (\d+)\?/,
      count: (length, sum) => integersOf(length, (digits) => add(digits) === Number(sum)),
    },
    {
      pattern: /How many (\d)-digit positive integers contain the digit (\d) exactly once\?/,
      count: (length, digit) => integersOf(length, (digits) => digits.filter((d) => d === Number(digit)).length === 1),
    },
    {
      pattern: /How many (\d)-digit positive integers have only even digits, all of them different\?/,
      count: (length) =>
        integersOf(length, (digits) => digits.every((d) => d % 2 === 0) && new Set(digits).size === digits.length),
    },
  ],
  'bounded-solutions': [
    {
      pattern:
        /In how many ways can (\d+) identical \w+ be shared among (\d) children if each child gets at least (\d) and at most (\d)\?/,
      count: (total, children, least, most) =>
        tuples(Number(most) + 1, Number(children)).filter(
          (shares) => add(shares) === Number(total) && shares.every((share) => share >= Number(least)),
        ).length,
    },
    {
      pattern:
        /How many solutions in integers does x \+ y \+ z = (\d+) have with x at least (-?\d+), y at least (-?\d+) and z at least (-?\d+)\?/,
      count: (total, ...least) => {
        const [a = 0, b = 0, c = 0] = least.map(Number);
        return range(-60, 60).flatMap((x) =>
          range(-60, 60).filter((y) => x >= a && y >= b && Number(total) - x - y >= c),
        ).length;
      },
    },
  ],
  'blocked-paths': [
    {
      pattern:
        /A path on a grid goes from \(0, 0\) to \((\d), (\d)\) in steps of one unit to the right or one unit up\. How many such paths avoid the point \((\d), (\d)\)\?/,
      count: walks,
    },
    {
      pattern:
        /A robot rolls from \(0, 0\) to \((\d), (\d)\), one unit east or one unit north at a time\. How many routes does it have if it must not touch the point \((\d), (\d)\)\?/,
      count: walks,
    },
  ],
};

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function numbersIn(text: string): number[] {
  return (text.match(/-?\d+/g) ?? []).map(Number);
}

function add(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function divisors(n: string, wanted: (divisor: number) => boolean): number {
  return range(1, Number(n)).filter((d) => Number(n) % d === 0 && wanted(d)).length;
}

function remainderOfPower(base: string, exponent: string, modulus: string): number {
  return Number(BigInt(base) ** BigInt(exponent) % BigInt(modulus));
}

/** All different orders of the letters. */
function arrangements(letters: readonly string[]): string[] {
  if (letters.length === 0) return [''];
  return [...new Set(letters)].flatMap((letter) => {
    const rest = letters.toSpliced(letters.indexOf(letter), 1);
    return arrangements(rest).map((row) => letter + row);
  });
}

/** All sequences of that length of the numbers from 0 to size - 1. */
function tuples(size: number, length: number): number[][] {
  if (length === 0) return [[]];
  return tuples(size, length - 1).flatMap((start) => range(0, size - 1).map((next) => [...start, next]));
}

/** Numerator plus denominator of the share of favourable cases, reduced by trying all common divisors. */
function lowestTermsSum<T>(cases: readonly T[], favourable: (one: T) => boolean): number {
  const good = cases.filter(favourable).length;
  const common = range(1, good).findLast((d) => good % d === 0 && cases.length % d === 0) ?? 1;
  return (good + cases.length) / common;
}

function term(start: readonly number[], place: number, next: (a: number, b: number) => number): number {
  const terms = [...start];
  while (terms.length < place) terms.push(next(terms.at(-2) ?? 0, terms.at(-1) ?? 0));
  return terms[place - 1] ?? Number.NaN;
}

function integersOf(length: string, wanted: (digits: number[]) => boolean): number {
  return range(10 ** (Number(length) - 1), 10 ** Number(length) - 1).filter((n) =>
    wanted(String(n).split('').map(Number)),
  ).length;
}

/** Tests every point of the bounding box: on no edge, and a ray from it crosses the outline an odd number of times. */
function interiorPoints(text: string): number {
  const numbers = numbersIn(text);
  const corners = range(0, numbers.length / 2 - 1).map((index) => ({
    x: numbers[2 * index] ?? 0,
    y: numbers[2 * index + 1] ?? 0,
  }));
  const edges = corners.map((from, index) => ({ from, to: corners[(index + 1) % corners.length] ?? from }));
  const inside = (x: number, y: number) => {
    let crossings = 0;
    for (const { from, to } of edges) {
      const side = (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x);
      const within = (value: number, a: number, b: number) => value >= Math.min(a, b) && value <= Math.max(a, b);
      if (side === 0 && within(x, from.x, to.x) && within(y, from.y, to.y)) return false;
      if (from.y > y !== to.y > y && side > 0 === to.y > from.y) crossings++;
    }
    return crossings % 2 === 1;
  };
  return range(-40, 40).flatMap((x) => range(-40, 40).filter((y) => inside(x, y))).length;
}

/** Walks every path step by step. */
function walks(...parameters: string[]): number {
  const [right = 0, up = 0, x = 0, y = 0] = parameters.map(Number);
  const from = (a: number, b: number): number => {
    if ((a === x && b === y) || a > right || b > up) return 0;
    return a === right && b === up ? 1 : from(a + 1, b) + from(a, b + 1);
  };
  return from(0, 0);
}
