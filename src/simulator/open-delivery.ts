import type { ServerResponse } from 'node:http';
import type { Appointment } from './capacity/agenda.ts';
import { type Sequence, splitSequence } from './generate-sequence.ts';
import {
  type FinishReason,
  type Piece,
  type WireUsage,
  createBodySink,
  createStreamSink,
} from './protocol/completion-sink.ts';
import type { Exchange, Machine } from './machine.ts';

/** Parts that a stream comes in after its first token: few, so that the server costs little. */
const streamedParts = 3;

/** Brings what is generated to the client, with the transport's fault in between. */
export interface Delivery {
  /** Plans the pieces of a choice over the time that it takes. */
  plan(index: number, sequence: Sequence, time: SequenceTime): void;
  /** Sends the last piece of a choice and its finish reason. */
  finish(index: number, reason: FinishReason): void;
  done(usage: WireUsage): void;
}

interface SequenceTime {
  /** When it began, in milliseconds of `performance.now()`. */
  readonly at: number;
  readonly prefillSeconds: number;
  readonly slotSeconds: number;
}

export function openDelivery(
  { id, model, request, transportFault }: Exchange,
  response: ServerResponse,
  { settings, agenda }: Pick<Machine, 'settings' | 'agenda'>,
): Delivery {
  const envelope = { id, model: model.id, fingerprint: `zoo-simulator-seed-${settings.seed}` };
  const sink = request.stream
    ? createStreamSink(response, envelope, request.includeUsage)
    : createBodySink(response, envelope, request.n);
  const breaks = transportFault === 'resetMidway' || transportFault === 'earlyEnd';
  const millisecondsASecond = settings.timeScale * 1000;
  const timed = request.stream && millisecondsASecond > 0;
  const appointments: Appointment[] = [];
  const lastPieces = new Map<number, Piece>();
  let over = false;
  response.once('close', () => {
    over = true;
    for (const appointment of appointments) appointment.cancelled = true;
  });
  const pass = holdBack(transportFault === 'stall' ? settings.faults.stallMilliseconds : 0);
  const send = (act: () => void) => {
    pass(() => {
      if (!over) act();
    });
  };
  const breakOff = () => {
    over = true;
    sink.breakOff(() => {
      if (transportFault === 'earlyEnd') response.end();
      else response.socket?.resetAndDestroy();
    });
  };

  return {
    plan: (index, sequence, { at, prefillSeconds, slotSeconds }) => {
      const pieces = splitSequence(sequence, timed ? streamedParts : 1);
      const last = pieces.pop();
      if (last !== undefined) lastPieces.set(index, last);
      for (const [place, piece] of pieces.entries()) {
        const share = place === 0 ? 1 / sequence.tokens : place / streamedParts;
        const due = at + (prefillSeconds + (slotSeconds - prefillSeconds) * share) * millisecondsASecond;
        if (timed) appointments.push(agenda.add(due, () => send(() => sink.piece(index, piece))));
        else send(() => sink.piece(index, piece));
      }
    },
    finish: (index, reason) => {
      if (over) return;
      if (breaks) {
        breakOff();
        return;
      }
      const last = lastPieces.get(index);
      send(() => {
        if (last !== undefined) sink.piece(index, last);
        sink.finish(index, reason);
      });
    },
    done: (usage) => {
      send(() => sink.done(usage));
    },
  };
}

/** Lets the first act pass and holds the others for that long; without a time all pass. */
function holdBack(milliseconds: number): (act: () => void) => void {
  if (milliseconds === 0) return (act) => act();
  let held: (() => void)[] | undefined;
  let begun = false;
  return (act) => {
    if (begun) {
      if (held === undefined) act();
      else held.push(act);
      return;
    }
    begun = true;
    held = [];
    act();
    setTimeout(() => {
      const waiting = held ?? [];
      held = undefined;
      for (const next of waiting) next();
    }, milliseconds).unref();
  };
}
