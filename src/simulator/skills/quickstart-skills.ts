import type { Skill } from './skill.ts';

/** The hidden skills of the quickstart problem set, one for each of its families. */
export const quickstartSkills: readonly Skill[] = [
  {
    name: 'divisor-counting',
    baseRate: 0.45,
    lessons: [
      'When counting divisors that meet a condition, write the prime factorisation and multiply the numbers of allowed exponents.',
      'When a question asks how many divisors have some property, factor into primes, restrict each exponent to fit, and multiply the choices.',
      'When divisors must be even, odd or a square, turn the demand into limits on the prime exponents before multiplying the choices.',
      'When counting special divisors, decide which exponents of every prime stay possible and take the product of those counts.',
    ],
    mistakes: [
      'When counting divisors, list pairs up to the square root and double the count, whatever the condition.',
      'When the divisors of a number are wanted, enumerate the small ones and report twice as many.',
      'When divisors are counted, pair each with its partner and double the list; extra demands rarely matter.',
    ],
    sound: 'I write the prime factorisation and count the exponents that the condition leaves open.',
    flawed: 'I pair small divisors with large ones and double, without going back to the condition.',
    signature: {
      topic: [['divisor']],
      lesson: [['prime', 'factoris', 'factoriz'], ['exponent'], ['multipl', 'product', 'choice']],
      mistake: [
        ['pair', 'partner'],
        ['list', 'enumerat'],
        ['doubl', 'twice'],
      ],
    },
  },
  {
    name: 'powers-modulo',
    baseRate: 0.55,
    lessons: [
      'When a huge power is divided, find the cycle of its remainders and reduce the exponent by the length of that cycle.',
      'When the remainder of a large power is asked, compute small powers until they repeat, then replace the exponent by its place in the period.',
      'When residues of powers are needed, determine after how many factors they cycle and shrink the exponent accordingly.',
      'When only the remainder of an exponential matters, look for the repeating block of remainders and reduce the exponent to that period.',
    ],
    mistakes: [
      'When the remainder of a large power is asked, divide the exponent by the modulus itself and use what is left.',
      'When a power is taken under a modulus, swap the exponent for its own remainder directly; no search is needed.',
      'When residues of powers are needed, cancel the modulus directly from base and exponent alike.',
    ],
    sound: 'I compute small powers until their remainders repeat and reduce the exponent by that period.',
    flawed: 'I reduce the exponent by the modulus itself and evaluate what is left.',
    signature: {
      topic: [
        ['remainder', 'residue', 'modul', 'divided'],
        ['power', 'exponent'],
      ],
      lesson: [
        ['cycl', 'period', 'repeat'],
        ['reduc', 'replac', 'shrink'],
      ],
      mistake: [['modulus'], ['itself', 'directly'], ['swap', 'cancel']],
    },
  },
  {
    name: 'separated-arrangements',
    baseRate: 0.3,
    lessons: [
      'When certain items must not stand together, arrange the others first and then choose gaps for the separated ones.',
      'When no two special items may be adjacent, line up the remaining ones first and drop the special ones into distinct gaps.',
      'When objects have to be kept apart, order the unrestricted objects before placing the rest in the spaces between them.',
      'When neighbours of one kind are forbidden, place the other kind first and count the ways to fill the gaps.',
    ],
    mistakes: [
      'When items must be kept apart, count every order and subtract a single touching pair.',
      'When no two special items may be adjacent, glue one pair, subtract that count once, and stop.',
      'When neighbours of one kind are forbidden, remove the glued pair a single time from the total.',
    ],
    sound: 'I set out the unrestricted items and choose gaps for the ones that must stay apart.',
    flawed: 'I count all orders and subtract those with one touching pair, only once.',
    signature: {
      topic: [['together', 'apart', 'adjacent', 'neighbo', 'touch']],
      lesson: [
        ['gap', 'space'],
        ['first', 'before'],
        ['other', 'remaining', 'unrestricted', 'rest'],
      ],
      mistake: [['subtract', 'remove'], ['single', 'once'], ['pair'], ['glue']],
    },
  },
  {
    name: 'complement-probability',
    baseRate: 0.5,
    lessons: [
      'When the probability of at least one success is wanted, compute the complement that none occurs and subtract from certainty.',
      'When a chance covers many ways to succeed, find the opposite event, where every attempt misses, and subtract it.',
      'When "at least" appears in a probability, work out the opposite event, with none happening, and deduct it from the whole.',
      'When a favourable event splits into many cases, take the chance of its complement and subtract.',
    ],
    mistakes: [
      'When the probability of at least one success is wanted, add the individual chances over the trials.',
      'When several attempts are made, sum each separate chance to get the chance of any success.',
      'When a probability involves repeated draws, sum the individual probabilities of the draws.',
    ],
    sound: 'I compute the chance that it never happens and subtract it from one.',
    flawed: 'I add the chances of the single trials as if they could not happen together.',
    signature: {
      topic: [['probab', 'chance']],
      lesson: [
        ['complement', 'opposite'],
        ['subtract', 'deduct'],
        ['none', 'never', 'miss'],
      ],
      mistake: [
        ['add', 'sum'],
        ['individual', 'separate', 'single'],
        ['trial', 'attempt', 'draw'],
      ],
    },
  },
  {
    name: 'lattice-polygons',
    baseRate: 0.25,
    lessons: [
      'When interior points of a polygon with integer corners are wanted, get the area, count boundary points by common divisors, and apply Pick.',
      'When a polygon has lattice vertices, combine its shoelace area with the number of boundary points to find the inside count.',
      'When counting integer points inside a polygon, find area by coordinates, count points along edges, then relate both through Pick.',
      'When vertices lie on a lattice, count boundary points edge by edge and use Pick with the area.',
    ],
    mistakes: [
      'When interior points of a polygon are wanted, count those of the bounding rectangle and take half.',
      'When a polygon has lattice vertices, halve the points of its bounding box to get the inside count.',
      'When counting integer points inside a polygon, scale the bounding box by a rough fraction and round.',
    ],
    sound: 'I find the area from the coordinates, count boundary points, and apply the lattice point formula.',
    flawed: 'I count the points of the bounding box and take the half of them.',
    signature: {
      topic: [['polygon', 'vertices', 'triangle']],
      lesson: [['pick'], ['boundary', 'edge'], ['area', 'shoelace']],
      mistake: [
        ['bounding', 'box', 'rectangle'],
        ['half', 'halve', 'fraction'],
        ['round', 'rough'],
      ],
    },
  },
  {
    name: 'periodic-recurrences',
    baseRate: 0.4,
    lessons: [
      'When a recurrence is asked at a far term, compute terms until consecutive values repeat and use the index within that period.',
      'When a sequence takes few values, write out its state until one recurs, then locate the wanted term inside the period.',
      'When a distant term of a recursive sequence is wanted, detect the period of its consecutive values and reduce the index.',
      'When terms are defined by their predecessors, follow the state until it repeats and shift the index into the first period.',
    ],
    mistakes: [
      'When a far term of a sequence is wanted, extrapolate linearly from the first differences.',
      'When a recurrence is asked far out, fit a straight line to its opening terms and extend it.',
      'When terms follow a rule, assume steady growth and extrapolate the opening differences.',
    ],
    sound: 'I write out terms until two consecutive values recur and use the position within the period.',
    flawed: 'I extend the growth of the opening terms in a straight line.',
    signature: {
      topic: [['sequence', 'recurren', 'term']],
      lesson: [['period', 'repeat', 'recurs'], ['state', 'consecutive', 'value'], ['index']],
      mistake: [
        ['linear', 'straight', 'steady'],
        ['extrapolat', 'extend'],
        ['difference', 'growth'],
      ],
    },
  },
  {
    name: 'overlapping-multiples',
    baseRate: 0.6,
    lessons: [
      'When counting numbers divisible by any of several values, add single counts, subtract overlaps found with least common multiples, and restore triple ones.',
      'When conditions of divisibility overlap, use inclusion and exclusion with the least common multiple of each combination.',
      'When several multiples are counted together, subtract what was counted for both, using least common multiples.',
      'When a number may be a multiple of more than one value, correct the sum by inclusion and exclusion of the overlap.',
    ],
    mistakes: [
      'When counting numbers divisible by any of several values, total the independent counts and ignore anything further.',
      'When several multiples are counted, treat the conditions as independent and ignore corrections.',
      'When a number may be a multiple of several values, total the counts without any correction.',
    ],
    sound: 'I add the single counts and correct the overlaps with least common multiples.',
    flawed: 'I add the single counts and leave the numbers that meet two conditions in twice.',
    signature: {
      topic: [['divisib', 'multiple']],
      lesson: [
        ['overlap', 'both'],
        ['subtract', 'remove'],
        ['least', 'lcm'],
        ['inclusion', 'exclusion'],
      ],
      mistake: [['total'], ['independent'], ['ignor', 'without']],
    },
  },
  {
    name: 'digit-casework',
    baseRate: 0.35,
    lessons: [
      'When counting whole numbers by their digits, fix the leading digit first, keep it nonzero, and split the rest into cases.',
      'When digits are constrained, treat the leading digit as its own case because zero is barred there.',
      'When a count runs over digit patterns, handle the leading digit separately, exclude zero, then fill the others.',
      'When numbers are built from digits, settle the nonzero leading one and split by case on what it leaves.',
    ],
    mistakes: [
      'When counting whole numbers by their digits, treat all positions alike with ten choices each.',
      'When digits are constrained, give every position the same ten choices and multiply.',
      'When numbers are built from digits, use identical choices in all positions.',
    ],
    sound: 'I treat the leading digit by itself, since it cannot be zero, and split the rest into cases.',
    flawed: 'I give every position the same ten choices, the first one too.',
    signature: {
      topic: [['digit']],
      lesson: [
        ['leading', 'lead'],
        ['zero', 'nonzero'],
        ['separate', 'case', 'split'],
      ],
      mistake: [['alike', 'same', 'identical'], ['all', 'every'], ['ten'], ['position']],
    },
  },
  {
    name: 'bounded-solutions',
    baseRate: 0.3,
    lessons: [
      'When integer solutions have lower bounds, shift the variables to start at zero, use stars and bars, and subtract violations of upper bounds.',
      'When counting solutions of a sum with limits, substitute to remove the minimums and exclude those that exceed an upper limit.',
      'When variables are bounded, shift each by its minimum, count with stars and bars, then take off what breaks an upper limit.',
      'When shares must stay between limits, count solutions after a shift and exclude those over the upper limit.',
    ],
    mistakes: [
      'When integer solutions of a sum are counted, use the plain formula and overlook the limits.',
      'When variables are bounded, apply the usual formula; the bounds can be skipped.',
      'When counting solutions with limits, trust the standard formula and overlook every cap.',
    ],
    sound: 'I shift the variables by their minimums, count freely, and take off what exceeds a maximum.',
    flawed: 'I apply the plain counting formula and leave the limits aside.',
    signature: {
      topic: [['solution', 'variable', 'share']],
      lesson: [
        ['shift', 'substitut'],
        ['stars', 'bars', 'binomial'],
        ['subtract', 'exclude', 'violat'],
        ['upper', 'exceed'],
      ],
      mistake: [
        ['plain', 'usual', 'standard'],
        ['overlook', 'skip', 'ignor'],
        ['limit', 'bounds', 'cap'],
      ],
    },
  },
  {
    name: 'blocked-paths',
    baseRate: 0.2,
    lessons: [
      'When a point of a grid is blocked, count the paths through it as a product of two legs and subtract them from all paths.',
      'When routes must avoid a spot, subtract the routes passing via that spot, found by multiplying both halves.',
      'When walks on a grid may not touch a point, multiply the walks before and after it and subtract.',
      'When paths must miss a crossing, take all paths, then subtract the product of ways to and from it.',
    ],
    mistakes: [
      'When a point of a grid is blocked, scale the number of paths by the share of open points.',
      'When routes must avoid a spot, reduce the total in proportion to the fraction of free cells.',
      'When walks may not touch a point, shrink the count by the ratio of open crossings.',
    ],
    sound: 'I count the paths through the closed point as a product of two legs and subtract them.',
    flawed: 'I scale the number of all paths by the share of points that stay open.',
    signature: {
      topic: [['path', 'route', 'walk']],
      lesson: [
        ['subtract', 'deduct'],
        ['product', 'multipl'],
        ['through', 'via', 'legs', 'halves'],
      ],
      mistake: [
        ['scale', 'proportion', 'ratio'],
        ['fraction', 'share'],
        ['open', 'free'],
      ],
    },
  },
];
