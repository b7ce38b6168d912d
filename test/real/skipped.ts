/** Thrown where a real-model test cannot run on this machine, with the reason that is printed. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}
