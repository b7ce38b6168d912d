/** A model id that the simulator serves. None of them is a language model; the names say so. */
export interface SimulatedModel {
  readonly id: string;
  /** Logits that the student's chance of success differs by. */
  readonly skill: number;
  /** Teaches the mistake on purpose. */
  readonly poisoned: boolean;
}

/** Every id answers every stage; a run that is told no teacher asks its student to teach. */
export const simulatedModels: readonly SimulatedModel[] = [
  { id: 'zoo-sim-student', skill: 0, poisoned: false },
  { id: 'zoo-sim-student-small', skill: -0.8, poisoned: false },
  { id: 'zoo-sim-student-large', skill: 0.8, poisoned: false },
  { id: 'zoo-sim-teacher', skill: 0, poisoned: false },
  { id: 'zoo-sim-teacher-poisoned', skill: 0, poisoned: true },
];
