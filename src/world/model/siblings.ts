import type { Model, ModelRequest, Sampled } from './model.ts';

/**
 * Draws the samples of one request: as one call where the endpoint takes groups, otherwise by a call each, sent next to
 * one another so that the endpoint finds their common prompt in its cache. What a group call leaves open when an
 * endpoint turns out not to take groups is drawn singly.
 *
 * @param model what to draw from, with its retries, limits and budget, so that these see every real call
 * @param endpoint who knows whether groups are possible; the adapter, if a wrapper around it does not pass it on
 */
export function siblings(model: Model, endpoint: Pick<Model, 'takesGroups'> = model): Model {
  const takesGroups = () => (endpoint.takesGroups === undefined ? false : endpoint.takesGroups());
  return {
    ...model,
    generate: async (request, options) => {
      if (request.samples.length === 1) return await model.generate(request, options);
      if (takesGroups() === false) return await drawSingly(request, request.samples);
      const drawn = await model.generate(request, options);
      const open = request.samples.filter((_, index) => drawn[index]?.kind !== 'completion');
      if (open.length === 0 || takesGroups() !== false) return drawn;
      const redrawn = (await drawSingly(request, open)).values();
      return drawn.map((sampled) => (sampled.kind === 'completion' ? sampled : (redrawn.next().value ?? sampled)));

      async function drawSingly(whole: ModelRequest, samples: ModelRequest['samples']): Promise<readonly Sampled[]> {
        const calls = samples.map((sample) => model.generate({ ...whole, samples: [sample] }, options));
        return (await Promise.all(calls)).flat();
      }
    },
  };
}
