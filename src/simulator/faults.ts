import { randomFor } from '../core/random.ts';
import type { SimulatorSettings } from './simulator-options.ts';

/** Faults of the transport: at most one an attempt. */
const transportFaults = [
  'rateLimit',
  'rateLimitSilent',
  'serverError',
  'resetBefore',
  'resetMidway',
  'stall',
  'earlyEnd',
] as const;
export type TransportFault = (typeof transportFaults)[number];

/** Faults of the answer: at most one an answer, the same however often the transport failed before it. */
const answerFaults = ['truncation', 'malformedJson', 'wrongUsage'] as const;
export type AnswerFault = (typeof answerFaults)[number];

type Rates = SimulatorSettings['faults'];

/** Remembers how often each request came, so that its next attempt draws anew. */
export interface FaultSource {
  /** @param request a digest of everything in the request */
  drawTransport(request: string): TransportFault | undefined;
  drawAnswer(request: string, structured: boolean): AnswerFault | undefined;
}

/** Requests that are remembered; beyond it all are forgotten and count from one again. */
const rememberedRequests = 500_000;

export function createFaultSource(seed: number, rates: Rates): FaultSource {
  const anyTransport = transportFaults.some((kind) => rates[kind] > 0);
  const anyAnswer = answerFaults.some((kind) => rates[kind] > 0);
  const attempts = countOccurrences();
  const answers = countOccurrences();
  return {
    drawTransport: (request) =>
      anyTransport
        ? pick(transportFaults, rates, randomFor(seed, 'transport', request, attempts(request))())
        : undefined,
    drawAnswer: (request, structured) => {
      if (!anyAnswer) return undefined;
      const fault = pick(answerFaults, rates, randomFor(seed, 'answer', request, answers(request))());
      return fault === 'malformedJson' && !structured ? undefined : fault;
    },
  };
}

/** How often each key came before. */
export function countOccurrences(): (key: string) => number {
  const counts = new Map<string, number>();
  return (key) => {
    const count = counts.get(key) ?? 0;
    if (count === 0 && counts.size >= rememberedRequests) counts.clear();
    counts.set(key, count + 1);
    return count;
  };
}

function pick<Kind extends keyof Rates>(kinds: readonly Kind[], rates: Rates, draw: number): Kind | undefined {
  let reached = 0;
  for (const kind of kinds) {
    reached += rates[kind];
    if (draw < reached) return kind;
  }
  return undefined;
}

/** JSON as models break it: cut off, wrapped in prose, with single quotes, or with a comma too many. */
export function breakJson(text: string, random: () => number): string {
  switch (Math.floor(random() * 4)) {
    case 0:
      return text.slice(0, Math.max(1, Math.floor(text.length * (0.3 + 0.6 * random()))));
    case 1:
      return `Sure, here is the list:\n\`\`\`json\n${text.slice(0, -1)},\n\`\`\``;
    case 2:
      return text.replaceAll('"', "'");
    default:
      return text.replace(/\}$/, ',}');
  }
}
