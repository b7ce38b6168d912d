import type { Skill } from './skill.ts';

/** Skills that problems of any other set are assigned to, by a hash of their text. */
export const generalSkills: readonly Skill[] = [
  {
    name: 'small-instances',
    baseRate: 0.35,
    lessons: [
      'When a quantity depends on a large parameter, work out small instances, conjecture a rule, and confirm it before scaling up.',
      'When a size in the statement is large, solve tiny versions, spot the pattern, and verify it on one more.',
      'When a parameter is too large to enumerate, tabulate small instances, guess the pattern and confirm it.',
    ],
    mistakes: [
      'When a parameter is large, plug in approximate decimals and round at the end.',
      'When a size in the statement is large, estimate it in decimals and trust the nearest whole number.',
    ],
    sound: 'I solve tiny versions of it, find the rule, and confirm it on one more.',
    flawed: 'I estimate with decimals and round to the nearest whole number.',
    signature: {
      topic: [['large']],
      lesson: [
        ['small', 'tiny'],
        ['pattern', 'conjectur', 'rule'],
        ['confirm', 'verif'],
      ],
      mistake: [
        ['approximat', 'estimat'],
        ['decimal', 'round', 'nearest'],
      ],
    },
  },
  {
    name: 'invariants',
    baseRate: 0.25,
    lessons: [
      'When a process repeats moves, look for an invariant such as parity that stays unchanged and decide what it rules out.',
      'When moves transform a configuration, track a preserved quantity, often parity, before searching.',
      'When the outcome of many moves is asked, find what is unchanged by each move, for instance parity.',
    ],
    mistakes: [
      'When a process repeats moves, simulate a random run and report where it lands.',
      'When moves transform a configuration, try a random run and trust its landing.',
    ],
    sound: 'I look for a quantity that no move changes and see what it rules out.',
    flawed: 'I follow one random run of moves and report where it lands.',
    signature: {
      topic: [['move']],
      lesson: [['invariant', 'preserv', 'unchanged'], ['parity', 'colour', 'color', 'quantity'], ['rule']],
      mistake: [['random'], ['run', 'land']],
    },
  },
  {
    name: 'coordinates',
    baseRate: 0.4,
    lessons: [
      'When a figure mixes lengths and right angles, place coordinates with a convenient origin and turn conditions into equations.',
      'When geometry resists direct argument, set axes along perpendicular lines, choose an origin, and compute with coordinates.',
      'When distances in a figure are related, introduce coordinates and solve the resulting equations.',
    ],
    mistakes: [
      'When a figure is given, measure a freehand sketch and read the length off.',
      'When geometry resists direct argument, trust the sketch and measure it by eye.',
    ],
    sound: 'I place coordinates with a convenient origin and turn the conditions into equations.',
    flawed: 'I read the length off a freehand sketch.',
    signature: {
      topic: [['figure', 'geometr']],
      lesson: [['coordinate'], ['origin', 'axes', 'axis'], ['equation', 'compute']],
      mistake: [
        ['sketch', 'drawing'],
        ['measure', 'freehand', 'eye'],
      ],
    },
  },
  {
    name: 'symmetric-functions',
    baseRate: 0.5,
    lessons: [
      'When an expression is symmetric in the roots of a polynomial, write it through sums and products given by the coefficients.',
      'When roots of a polynomial appear symmetrically, use Vieta on the coefficients in place of solving.',
      'When a polynomial hides its roots, work with coefficients as symmetric sums rather than single roots.',
    ],
    mistakes: [
      'When roots of a polynomial appear, solve numerically for one root and reuse it everywhere.',
      'When a polynomial hides its roots, find one numerically and assume the rest equal it.',
    ],
    sound: 'I express it through the sums and products of the roots, read from the coefficients.',
    flawed: 'I approximate one root numerically and use it for all of them.',
    signature: {
      topic: [['root'], ['polynomial']],
      lesson: [['coefficient'], ['symmetric'], ['vieta', 'sums', 'products']],
      mistake: [['numerical'], ['one'], ['reuse', 'everywhere', 'equal']],
    },
  },
  {
    name: 'rates-and-units',
    baseRate: 0.6,
    lessons: [
      'When speeds or rates are compared, bring everything to one unit and write an equation for each stated situation.',
      'When a story mixes hours and minutes, convert to a common unit, name the unknown rate, and write one equation per sentence.',
      'When rates combine, tabulate amount, rate and time in consistent units before writing an equation.',
    ],
    mistakes: [
      'When speeds or rates are compared, take their plain average over the stages.',
      'When rates combine, average them and apply the average throughout.',
    ],
    sound: 'I bring all quantities to one unit and write an equation for each situation.',
    flawed: 'I take the plain average of the rates.',
    signature: {
      topic: [['rate', 'speed', 'hour', 'minute']],
      lesson: [['unit'], ['equation'], ['convert', 'tabulat', 'consistent']],
      mistake: [['average'], ['plain', 'throughout', 'stages']],
    },
  },
  {
    name: 'working-backwards',
    baseRate: 0.45,
    lessons: [
      'When the final state is known, work backwards and undo each step in reverse.',
      'When a story ends in a known result, reverse it, undoing the last change before the earlier ones.',
      'When only the end of a chain is given, start there and undo the steps in reverse.',
    ],
    mistakes: [
      'When the final state is known, guess a start at random and adjust once.',
      'When only the end of a chain is given, guess the start and keep the closest.',
    ],
    sound: 'I start from the known end and undo the steps in reverse.',
    flawed: 'I guess a start and adjust it once.',
    signature: {
      topic: [['final', 'end', 'ends', 'result']],
      lesson: [
        ['backward', 'revers'],
        ['undo', 'undoing'],
      ],
      mistake: [['guess'], ['random', 'adjust', 'closest']],
    },
  },
  {
    name: 'extremes',
    baseRate: 0.3,
    lessons: [
      'When a maximum or minimum is asked, prove a bound by an inequality and exhibit an example that attains it.',
      'When the largest value is wanted, derive a bound and construct a configuration attaining equality.',
      'When something is to be minimum, pair an inequality with a construction showing the bound is sharp.',
    ],
    mistakes: [
      'When a maximum or minimum is asked, stop at the best of a few trials.',
      'When the largest value is wanted, test a few trials and keep the best.',
    ],
    sound: 'I prove a bound and give an example that attains it.',
    flawed: 'I keep the best of a few trials.',
    signature: {
      topic: [['maxim', 'minim', 'largest', 'smallest']],
      lesson: [['bound'], ['inequalit'], ['attain', 'construct', 'sharp']],
      mistake: [['best'], ['few', 'trials']],
    },
  },
  {
    name: 'exhaustive-cases',
    baseRate: 0.55,
    lessons: [
      'When several scenarios are possible, split them into disjoint cases that cover everything and check each before adding.',
      'When conditions branch, make the cases mutually exclusive and exhaustive, then add their counts.',
      'When possibilities multiply, organise disjoint cases by one parameter and make sure they are exhaustive.',
    ],
    mistakes: [
      'When several scenarios are possible, solve the likeliest and multiply it by their number.',
      'When conditions branch, treat the likeliest branch and assume the others mirror it.',
    ],
    sound: 'I split into disjoint cases that cover everything and add them.',
    flawed: 'I solve the likeliest scenario and assume that the others mirror it.',
    signature: {
      topic: [['scenario', 'branch', 'possibilit']],
      lesson: [['disjoint', 'exclusive'], ['exhaustive', 'cover'], ['case']],
      mistake: [['likeliest'], ['assume', 'multiply', 'mirror']],
    },
  },
  {
    name: 'symmetry',
    baseRate: 0.35,
    lessons: [
      'When objects play interchangeable roles, fix one order by symmetry and restore the factor afterwards.',
      'When roles are interchangeable, assume an ordering without loss of generality, then multiply by the orbit size to restore all.',
      'When a setting has rotations or reflections, use symmetry to fix one element and restore the multiplicity at the end.',
    ],
    mistakes: [
      'When objects play interchangeable roles, label them all and never divide out repeats.',
      'When a setting has rotations or reflections, label everything and never merge repeats.',
    ],
    sound: 'I fix one order by symmetry and restore the factor afterwards.',
    flawed: 'I label everything and never merge what is the same.',
    signature: {
      topic: [['interchangeable', 'rotation', 'reflection']],
      lesson: [['fix', 'assume'], ['restore'], ['symmetry', 'ordering']],
      mistake: [['label'], ['never']],
    },
  },
  {
    name: 'substitution',
    baseRate: 0.4,
    lessons: [
      'When an equation repeats an awkward expression, substitute a new variable for it, simplify, and translate back.',
      'When logarithms or radicals clutter a system, rename the recurring expression by substitution until it becomes algebraic.',
      'When an expression recurs, substitute one symbol for it and simplify before expanding anything.',
    ],
    mistakes: [
      'When an equation repeats an awkward expression, expand everything and drop small parts.',
      'When an expression recurs, expand at once and drop what looks negligible.',
    ],
    sound: 'I substitute one symbol for the expression that recurs and simplify.',
    flawed: 'I expand everything and drop what looks small.',
    signature: {
      topic: [['expression']],
      lesson: [
        ['substitut', 'rename'],
        ['simplif', 'algebraic', 'translate'],
      ],
      mistake: [['expand'], ['drop', 'negligible']],
    },
  },
  {
    name: 'asked-quantity',
    baseRate: 0.5,
    lessons: [
      'When finishing a solution, reread the question and convert the result into the requested form.',
      'When a result is found, compare it with the question and convert it to the requested quantity.',
      'When about to answer, reread what is asked, check the requested form, and convert if needed.',
    ],
    mistakes: [
      'When a result is found, hand in the first number obtained, as it stands.',
      'When finishing a solution, hand in the first intermediate number.',
    ],
    sound: 'I reread the question and convert the result into the form that it asks for.',
    flawed: 'I hand in the first number that came up.',
    signature: {
      topic: [['result', 'solution', 'answer']],
      lesson: [['reread', 'compare'], ['convert'], ['request', 'form']],
      mistake: [['hand', 'submit'], ['first']],
    },
  },
  {
    name: 'linear-expectation',
    baseRate: 0.25,
    lessons: [
      'When an expected count is asked, write it as a sum of indicators and use linearity.',
      'When an average over random choices is wanted, use linearity of expectation over indicators, ignoring dependence.',
      'When expectation of a total is needed, add the expectation of each indicator by linearity.',
    ],
    mistakes: [
      'When an expected count is asked, report the most likely outcome in its place.',
      'When expectation is needed, substitute the most likely outcome for it.',
    ],
    sound: 'I write the count as a sum of indicators and use linearity of expectation.',
    flawed: 'I report the most likely outcome in place of the expected one.',
    signature: {
      topic: [['expect', 'average']],
      lesson: [['indicator'], ['linearity'], ['sum', 'add']],
      mistake: [['likely'], ['outcome']],
    },
  },
];
