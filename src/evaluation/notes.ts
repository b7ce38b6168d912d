import type { Evaluation } from './evaluate.ts';

/** What a reader must know of an evaluation before its figures, apart from how its calls went. */
export interface Note {
  readonly code: 'trained-on' | 'simulated';
  readonly message: string;
  readonly hint?: string;
}

/** The notes that an evaluation deserves before anything is drawn. */
export function notesOf({ problems, arms }: Evaluation): Note[] {
  const notes: Note[] = [];
  const taught = new Set(
    arms.flatMap(({ library }) => library.experiences.flatMap(({ evidence }) => evidence.map(({ group }) => group))),
  );
  const trained = problems.filter(({ id }) => taught.has(id)).length;
  if (trained > 0) {
    notes.push({
      code: 'trained-on',
      message: `${trained} of these ${problems.length} problems have the ids of problems that a library was learned from: the scores say little about others.`,
      hint: 'Evaluate on another dataset; `zoo dataset split` sets problems aside, `zoo dataset overlap` compares two.',
    });
  }
  if (arms.some(({ model }) => model.identity.provider === 'sim')) {
    notes.push({
      code: 'simulated',
      message: 'The model is simulated: these figures show how the method runs, not what a model learns.',
    });
  }
  return notes;
}
