import type { GenerateOptions, Model, ModelRequest, Sampled } from './model.ts';

export interface SiblingsOptions {
  /** Samples in one call at most, such as `() => limiter.limit`; larger groups go in parts. No limit by default. */
  readonly widest?: (() => number) | undefined;
}

/**
 * Draws the samples of one request: as one call where the endpoint takes groups, otherwise by a call each, sent next to
 * one another so that the endpoint finds their common prompt in its cache. What a group call leaves open when an
 * endpoint turns out not to take groups is drawn singly.
 *
 * It stands outside of the journal, so that each call is kept as soon as it is answered and not when its group is.
 */
export function siblings(model: Model, { widest = () => Infinity }: SiblingsOptions = {}): Model {
  const takesGroups = () => (model.takesGroups === undefined ? false : model.takesGroups());

  async function drawGroup(request: ModelRequest, options: GenerateOptions | undefined): Promise<readonly Sampled[]> {
    const drawn = await model.generate(request, options);
    const open = request.samples.filter((_, index) => drawn[index]?.kind !== 'completion');
    if (open.length === 0 || takesGroups() !== false) return drawn;
    const redrawn = (await drawInParts({ ...request, samples: open }, 1, options)).values();
    return drawn.map((sampled) => (sampled.kind === 'completion' ? sampled : (redrawn.next().value ?? sampled)));
  }

  async function drawInParts(
    request: ModelRequest,
    width: number,
    options: GenerateOptions | undefined,
  ): Promise<readonly Sampled[]> {
    const parts: ModelRequest[] = [];
    for (let from = 0; from < request.samples.length; from += width)
      parts.push({ ...request, samples: request.samples.slice(from, from + width) });
    const drawn = parts.map((part) => (width === 1 ? model.generate(part, options) : drawGroup(part, options)));
    return (await Promise.all(drawn)).flat();
  }

  return {
    ...model,
    generate: async (request, options) => {
      if (request.samples.length === 1) return await model.generate(request, options);
      const width = takesGroups() === false ? 1 : Math.max(1, Math.floor(widest()));
      return request.samples.length <= width
        ? await drawGroup(request, options)
        : await drawInParts(request, width, options);
    },
  };
}
