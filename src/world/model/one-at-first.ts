export interface Pass {
  /** Lets everyone through from now on. */
  readonly open: () => void;
  /** Gives the turn to the next one. May be called more than once. */
  readonly leave: () => void;
}

/** A gate that lets one through at a time until someone opens it, so that what is untried is tried once. */
export function oneAtFirst(): { enter(): Promise<Pass> } {
  let trial: Promise<void> | undefined;
  let isOpen = false;
  return {
    enter: async () => {
      for (;;) {
        if (isOpen || trial === undefined) break;
        await trial;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      if (!isOpen) trial = promise;
      const leave = () => {
        if (trial === promise) trial = undefined;
        resolve();
      };
      const open = () => {
        isOpen = true;
        leave();
      };
      return { open, leave };
    },
  };
}
