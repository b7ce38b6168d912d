export { flow } from '../core/flow.ts';
