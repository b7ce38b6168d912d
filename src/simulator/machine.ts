import type { Agenda } from './capacity/agenda.ts';
import type { PrefixCache } from './capacity/prefix-cache.ts';
import type { Slots } from './capacity/slots.ts';
import type { AnswerFault, TransportFault } from './faults.ts';
import type { ChatRequest } from './protocol/read-chat-request.ts';
import type { SimulatedModel } from './simulated-models.ts';
import type { SimulatorSettings } from './simulator-options.ts';
import type { FindProblem } from './skills/known-problems.ts';
import type { Recorder } from './statistics.ts';

/** What one simulated server is made of. */
export interface Machine {
  readonly settings: SimulatorSettings;
  readonly agenda: Agenda;
  readonly slots: Slots;
  readonly prefixCache: PrefixCache;
  readonly recorder: Recorder;
  readonly find: FindProblem;
}

export interface Exchange {
  readonly id: string;
  readonly request: ChatRequest;
  readonly model: SimulatedModel;
  /** Seed of the first choice; the others follow it. */
  readonly seed: number;
  readonly transportFault: TransportFault | undefined;
  readonly answerFault: AnswerFault | undefined;
}
