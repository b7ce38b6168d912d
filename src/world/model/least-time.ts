import type { Model, Purpose, Sampled } from './model.ts';

/**
 * The least time that a run's calls could have taken, as far as their own durations tell: the larger of the work bound
 * and the critical path. Calls that the journal answers count as what they took when they were asked.
 *
 * - Work: the time of all samples at an endpoint, over the most slots that were in use there at once.
 * - Critical path: for each step, the longest chain of calls that waited for one another. A problem's draws follow one
 *   another, then its longest summary, then its extraction; behind the problems come the rounds of consolidation, and
 *   the longest look of the gate.
 */
export interface LeastTime {
  /** Counts the calls of a model. @param slots the most that were in use at its endpoint so far */
  watch(model: Model, slots: () => number): Model;
  /** Milliseconds; 0 before any call. */
  milliseconds(): number;
}

interface Endpoint {
  work: number;
  slots: () => number;
}

export function createLeastTime(): LeastTime {
  const endpoints = new Map<string, Endpoint>();
  let step: number | undefined;
  let path = 0;
  let chains = createChains();

  function add(purpose: Purpose, sampled: readonly Sampled[]): void {
    if (purpose.step !== step) {
      path += chains.longest();
      chains = createChains();
      step = purpose.step;
    }
    chains.add(purpose, Math.max(0, ...sampled.map(durationOf)));
  }

  return {
    watch: (model, slots) => {
      const endpoint = endpoints.get(model.identity.endpoint) ?? { work: 0, slots };
      endpoints.set(model.identity.endpoint, endpoint);
      return {
        ...model,
        generate: async (request, options) => {
          const sampled = await model.generate(request, options);
          endpoint.work += sampled.reduce((sum, sample) => sum + durationOf(sample), 0);
          add(request.purpose, sampled);
          return sampled;
        },
      };
    },
    milliseconds: () => {
      const bounds = [...endpoints.values()].map(({ work, slots }) => work / Math.max(1, slots()));
      return Math.max(path + chains.longest(), ...bounds);
    },
  };
}

interface Chains {
  add(purpose: Purpose, milliseconds: number): void;
  longest(): number;
}

/** The calls of one step. */
function createChains(): Chains {
  /** Draws and extractions of a problem. */
  const inTurn = new Map<string, number>();
  /** Its longest summary. */
  const summaries = new Map<string, number>();
  const rounds = new Map<string, number>();
  let gate = 0;
  return {
    add: ({ stage, item }, milliseconds) => {
      if (stage === 'rollout' || stage === 'extract') {
        inTurn.set(item, (inTurn.get(item) ?? 0) + milliseconds);
      } else if (stage === 'summarize') {
        raise(summaries, item.replace(/#\d+$/, ''), milliseconds);
      } else if (stage === 'consolidate' && !item.startsWith('candidate')) {
        // Further candidates are consolidated beside the first.
        raise(rounds, item.replace(/\.\d+$/, ''), milliseconds);
      } else if (stage === 'gate') {
        gate = Math.max(gate, milliseconds);
      }
    },
    longest: () => {
      let longest = 0;
      for (const [item, milliseconds] of inTurn) longest = Math.max(longest, milliseconds + (summaries.get(item) ?? 0));
      for (const milliseconds of rounds.values()) longest += milliseconds;
      return longest + gate;
    },
  };
}

function raise(most: Map<string, number>, key: string, milliseconds: number): void {
  most.set(key, Math.max(most.get(key) ?? 0, milliseconds));
}

function durationOf(sample: Sampled): number {
  return sample.kind === 'completion' ? sample.timing.totalMs : 0;
}
