import { serveJobs } from '../worker/serve.ts';
import { checkSchema } from './check.ts';

serveJobs(checkSchema);
