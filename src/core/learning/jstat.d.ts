/** The part of jStat that zoo uses; the package has no types of its own. */
declare module 'jstat' {
  interface Continuous<Parameters extends readonly number[]> {
    cdf(value: number, ...parameters: Parameters): number;
    inv(probability: number, ...parameters: Parameters): number;
  }
  const jstat: {
    readonly normal: Continuous<[mean: number, deviation: number]>;
    readonly studentt: Continuous<[degreesOfFreedom: number]>;
  };
  export default jstat;
}
